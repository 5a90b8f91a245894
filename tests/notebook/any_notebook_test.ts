import fc from "fast-check";
import assert from "node:assert/strict";
import {
  cleanNotebook,
  newNotebook,
  notebookText,
  parseNotebook,
  sourceOf,
} from "lib/formats/notebook/mod.ts";
import {
  assertForDeno,
  injectParameters,
  notebookPage,
  readParameters,
} from "lib/notebook/mod.ts";
import { parameterFlags } from "lib/recipes/notebook/options.ts";
import {
  damagedBytes,
  damagedValue,
  forAny,
  oddText,
  valueOrInputError,
} from "../_any_input.ts";

const NOTEBOOK = {
  ...newNotebook([
    { cell_type: "markdown", source: "# A" },
    {
      cell_type: "code",
      source: 'const a: "x" | "y" = "x"; // A.\nconst b = [1, 2];',
      tags: ["parameters"],
    },
    { cell_type: "code", source: "a;" },
  ]),
};
(NOTEBOOK.cells[2] as { outputs: unknown[] }).outputs.push(
  { output_type: "stream", name: "stdout", text: ["a\n"] },
  {
    output_type: "display_data",
    data: { "text/plain": "x", "text/html": "<b>x</b>" },
    metadata: {},
  },
  { output_type: "error", ename: "E", evalue: "e", traceback: ["t"] },
);

/** All that a command does with a notebook before its kernel starts. */
function useNotebook(text: string): void {
  const notebook = parseNotebook(text, "a.ipynb");
  assertForDeno(notebook, "a.ipynb");
  const parameters = readParameters(notebook, "a.ipynb");
  parameterFlags(parameters);
  const values = parameters.map(({ name, fallback }) =>
    [name, fallback] as const
  );
  const injected = injectParameters(notebook, Object.fromEntries(values));
  parseNotebook(notebookText(injected), "a.ipynb");
  parseNotebook(notebookText(cleanNotebook(notebook)), "a.ipynb");
  notebookPage(notebook, "a");
}

Deno.test("any damaged notebook is used or refused", async () => {
  useNotebook(notebookText(NOTEBOOK));
  await forAny(
    damagedValue(NOTEBOOK).map((value) => JSON.stringify(value)),
    async (text) => void await valueOrInputError(() => useNotebook(text)),
    600,
  );
  await forAny(
    damagedBytes(new TextEncoder().encode(notebookText(NOTEBOOK)))
      .map((bytes) => new TextDecoder().decode(bytes)),
    async (text) => void await valueOrInputError(() => useNotebook(text)),
  );
});

function fallbackOf(literal: string): unknown {
  const source = `const a = ${literal};`;
  const notebook = newNotebook([
    { cell_type: "code", source, tags: ["parameters"] },
  ]);
  return readParameters(notebook, "a.ipynb")[0]!.fallback;
}

Deno.test("any text is read from its literal, and written back as it was", async () => {
  await forAny(fc.string({ unit: "binary" }), (text) => {
    assert.equal(fallbackOf(JSON.stringify(text)), text);
    const cells = injectParameters(NOTEBOOK, { a: text }).cells;
    const injected = sourceOf(cells[2]!);
    assert.equal(fallbackOf(injected.slice("const a = ".length, -1)), text);
  }, 500);
});

Deno.test("any literal of a text means what it means to JavaScript", async () => {
  const piece = fc.oneof(
    fc.constantFrom(
      ...["\\", "\\x41", "\\xg", "\\u{1F680}", "\\u{110000}", "\\u00e9", "\\u"],
      ...["\\0", "\\01", "\\8", "\\\n", "\\\r\n", "\n", "\r\n", "'", '"', "`"],
      ...["\\'", '\\"', "\\`", "$", "${", "\u2028", "\\\u2029", "\\n", "\\z"],
    ),
    oddText,
  );
  const literal = fc.tuple(fc.constantFrom("'", '"', "`"), fc.array(piece))
    .map(([quote, pieces]) => `${quote}${pieces.join("")}${quote}`);
  await forAny(literal, async (literal) => {
    const found = await valueOrInputError(() => fallbackOf(literal));
    let expected: unknown;
    try {
      expected = new Function(`"use strict"; return (${literal}\n);`)();
    } catch {
      expected = undefined;
    }
    // Code that is more than one literal is refused, and may mean anything.
    if (found !== undefined) assert.equal(found, expected);
    if (expected === undefined) assert.equal(found, undefined);
  }, 1000);
});

Deno.test("any cell of parameters is read or refused", async () => {
  const piece = fc.oneof(
    fc.constantFrom(
      ...["const ", "a", " = ", ": ", "number", ";", "\n", "// c", "/* d */"],
      ...["1", "-", "1e400", "[", "]", ",", '"x"', "|", "true", "=>", "{", "}"],
    ),
    oddText,
  );
  await forAny(
    fc.array(piece).map((pieces) => pieces.join("")),
    async (source) => {
      const notebook = newNotebook([
        { cell_type: "code", source, tags: ["parameters"] },
      ]);
      await valueOrInputError(() =>
        parameterFlags(readParameters(notebook, "a.ipynb"))
      );
    },
    500,
  );
});
