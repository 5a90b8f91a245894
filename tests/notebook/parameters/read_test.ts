import assert from "node:assert/strict";
import { newNotebook, type Notebook } from "lib/formats/notebook/mod.ts";
import { readParameters } from "lib/notebook/mod.ts";

function withKnobs(source: string): Notebook {
  return newNotebook([
    { cell_type: "code", source: "const other = 1;" },
    { cell_type: "code", source, tags: ["parameters"] },
  ]);
}

function read(source: string): unknown[] {
  return readParameters(withKnobs(source), "a.ipynb")
    .map(({ name, fallback, description }) => [name, fallback, description]);
}

Deno.test("readParameters() reads texts, numbers, truths and lists", () => {
  assert.deepEqual(
    read([
      'const prompt = "a \\"red\\" circle; // not a comment";',
      "const steps = 10_000",
      "const rate: number = 1e-3;",
      "const shift = -0.5;",
      "const fast = true;",
      'const names = ["a", "b_c",];',
      "const sizes: number[] = [ 1, 2.5 ];",
      "const none: string[] = [];",
    ].join("\n")),
    [
      ["prompt", 'a "red" circle; // not a comment', ""],
      ["steps", 10_000, ""],
      ["rate", 0.001, ""],
      ["shift", -0.5, ""],
      ["fast", true, ""],
      ["names", ["a", "b_c"], ""],
      ["sizes", [1, 2.5], ""],
      ["none", [], ""],
    ],
  );
});

Deno.test("readParameters() reads every literal of a text", () => {
  const cases: [literal: string, text: string][] = [
    [String.raw`"it\'s a \x63at \u{1F680}\u00e9\n\0."`, "it's a cat 🚀é\n\0."],
    [String.raw`'say "a\\b"'`, 'say "a\\b"'],
    [
      "`two\r\nlines, a \\`quote\\` and \\${x}`",
      "two\nlines, a `quote` and ${x}",
    ],
    ['"one \\\nline"', "one line"],
    [String.raw`"\a\q\🚀\v"`, "aq🚀\v"],
    ['"// no comment"', "// no comment"],
    ['""', ""],
  ];
  for (const [literal, text] of cases) {
    assert.deepEqual(read(`const a = ${literal}; // shown`), [
      ["a", text, "shown"],
    ]);
    assert.deepEqual(read(`const a = [${literal}, 'b'];`), [
      ["a", [text, "b"], ""],
    ]);
  }
  for (
    const wrong of [
      ...[String.raw`"\x4"`, String.raw`"\u12"`, String.raw`"\u{110000}"`],
      ...[String.raw`"\08"`, '"open', "`a ${b}`", '"a" + "b"', "1e400", "10n"],
    ]
  ) {
    assert.throws(() => read(`const a = ${wrong};`), { name: "InputError" });
  }
});

Deno.test("readParameters() reads the choices of a type", () => {
  const choicesOf = (type: string): unknown =>
    readParameters(withKnobs(`const a: ${type} = "x";`), "a.ipynb")[0]?.choices;
  assert.deepEqual(choicesOf(`"x" | 'y\\'s'`), ["x", "y's"]);
  assert.deepEqual(choicesOf('| "x"\n  | "y"'), ["x", "y"]);
  assert.equal(choicesOf("string"), undefined);
  assert.equal(choicesOf('"x" | number'), undefined);
});

Deno.test("readParameters() takes the comments above and behind as description", () => {
  assert.deepEqual(
    read(
      "// About nothing.\n\n// How long\n// to train.\nconst steps = 1; // In steps.\n/** Seed. */\nconst seed = 2;",
    ),
    [["steps", 1, "How long to train. In steps."], ["seed", 2, "Seed."]],
  );
});

Deno.test("readParameters() reads what the formatter broke into lines", () => {
  assert.deepEqual(
    read(
      'const names = [\n  "a",\n  "b",\n]; // two\nconst long:\n  | "x"\n  | "y" = "x";\nconst a =\n  1;',
    ),
    [["names", ["a", "b"], "two"], ["long", "x", ""], ["a", 1, ""]],
  );
  assert.throws(() => read("const a = 1;\nconst b = run()"), {
    message: /line 2 of their cell must be .*`const b = run\(\)`/,
  });
});

Deno.test("readParameters() finds none where no cell is tagged", () => {
  const notebook = newNotebook([{ cell_type: "code", source: "run();" }]);
  assert.deepEqual(readParameters(notebook, "a.ipynb"), []);
});

Deno.test("readParameters() names the line that is not a plain constant", () => {
  for (
    const wrong of [
      "let steps = 1;",
      "const steps = 2 * 5;",
      "const { steps } = options;",
      'import x from "y";',
      "const mixed = [run()];",
    ]
  ) {
    assert.throws(() => read(`const ok = 1;\n${wrong}`), {
      name: "InputError",
      message:
        `Cannot read the parameters of "a.ipynb": line 2 of their cell ` +
        "must be const NAME = VALUE with a text, a number, true, false or a " +
        `list: current value is \`${wrong}\`; move other code to the next cell`,
    });
  }
});
