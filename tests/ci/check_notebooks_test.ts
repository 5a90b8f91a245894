import assert from "node:assert/strict";
import { checkNotebooks } from "../../.ci/check_notebooks.ts";
import { withRepository } from "./_repository.ts";

/** A notebook with one code cell for each source, as Jupyter stores it. */
function notebook(sources: readonly string[], output?: string): string {
  return JSON.stringify({
    nbformat: 4,
    nbformat_minor: 5,
    metadata: {},
    cells: [
      { cell_type: "markdown", source: ["# Not code: const x ="] },
      ...sources.map((source) => ({
        cell_type: "code",
        // Jupyter stores a list of lines.
        source: source.split(/(?<=\n)/),
        outputs: output === undefined
          ? []
          : [{ output_type: "stream", name: "stdout", text: [output] }],
      })),
    ],
  });
}

const NOTEBOOKS: Readonly<Record<string, string>> = {
  clip: notebook([
    'import { fps } from "lib/core/mod.ts";\nimport assert from "node:assert/strict";',
    "const seconds = await Promise.resolve(2)",
    "(seconds * fps)",
    "console.log(seconds);\nDeno.jupyter.html`<b>${fps}</b>`",
    "assert.equal(seconds * fps, 48);\nfps",
  ]),
  same_names: notebook(["const seconds = 3;\nseconds;"]),
  late_type_error: notebook([
    'import { fps } from "lib/core/mod.ts";',
    'const rate: string = "24";\nexport const wrong: string =\n  rate + 1;\nfps.length;',
  ]),
  type_errors: notebook(["const a: number = true;\na;", "b;"]),
  other_type_error: notebook(["const c: number = null;\nc;"]),
  unfinished: notebook(["const a = (1 +", "const b = 2;"]),
  unclean: notebook(["1;", "let a = 2;\na;"]),
  back_doors: notebook([
    'import { rank } from "lib/core/shape.ts";\nrank;',
    'const { rank: same } = await import("../../lib/core/shape.ts");\nsame;',
  ]),
  packages: notebook([
    'import { a } from "packed";\na;',
    'import { b } from "data:text/javascript,export const b = 1;";\nb;',
  ]),
  cells_12: notebook(Array(12).fill("1;")),
  cells_13: notebook(Array(13).fill("1;")),
  // The JSON around the text takes 54 bytes, each é two: 54 + 2 x 4973 = 10,000.
  bytes_10000: notebook(["1;"], "é".repeat(4_973)),
  bytes_10002: notebook(["1;"], "é".repeat(4_974)),
  none: '{ "cells": [] }',
};

/** What one check finds in all notebooks, and what it leaves in the root. */
const { report, left } = await withRepository({
  "deno.json": JSON.stringify({
    imports: {
      "lib/": "./lib/",
      packed: "data:text/javascript,export const a = 1;",
    },
  }),
  "lib/core/mod.ts": "export const fps: number = 24;",
  "lib/core/shape.ts": "export const rank = 5;",
  ...Object.fromEntries(
    Object.entries(NOTEBOOKS).map((
      [name, text],
    ) => [`notebooks/${name}.ipynb`, text]),
  ),
}, async (root) => {
  const report = await checkNotebooks(root);
  const left = await Array.fromAsync(Deno.readDir(root), ({ name }) => name);
  return { report, left };
});

/** The problems of one notebook, without its name. */
function problemsOf(name: string): string[] {
  const start = `notebooks/${name}.ipynb`;
  return report.problems.filter((problem) => problem.startsWith(start))
    .map((problem) => problem.slice(start.length).replace(/^, /, ""));
}

Deno.test("checkNotebooks() passes when there are no notebooks", async () => {
  assert.deepEqual(
    await withRepository({}, checkNotebooks),
    { notebooks: 0, cells: 0, problems: [] },
  );
});

Deno.test("checkNotebooks() counts notebooks and cells, and leaves nothing behind", () => {
  assert.equal(report.notebooks, 14);
  assert.equal(report.cells, 46);
  const named = Object.keys(NOTEBOOKS).flatMap(problemsOf);
  assert.equal(report.problems.length, named.length);
  assert.deepEqual(left.sort(), ["deno.json", "lib", "notebooks"]);
});

Deno.test("checkNotebooks() accepts cells that share names, await and end in an expression", () => {
  assert.deepEqual(problemsOf("clip"), []);
  assert.deepEqual(problemsOf("same_names"), []);
});

Deno.test("checkNotebooks() reports a type error with its cell and line", () => {
  assert.deepEqual(problemsOf("late_type_error"), [
    "code cell 2, line 4: TS2339: Property 'length' does not exist on type " +
    "'number'.",
  ]);
});

Deno.test("checkNotebooks() reports every error of every notebook", () => {
  assert.deepEqual(problemsOf("type_errors"), [
    "code cell 1, line 1: TS2322: Type 'boolean' is not assignable to type " +
    "'number'.",
    "code cell 2, line 1: TS2304: Cannot find name 'b'.",
  ]);
  assert.deepEqual(problemsOf("other_type_error"), [
    "code cell 1, line 1: TS2322: Type 'null' is not assignable to type " +
    "'number'.",
  ]);
});

Deno.test("checkNotebooks() reports an unfinished cell and type errors elsewhere", () => {
  const problems = problemsOf("unfinished");
  assert.equal(problems.length, 1);
  assert.match(
    problems[0] ?? "",
    /^code cell 1, line 1: SyntaxError: Expression expected/,
  );
  assert.notDeepEqual(problemsOf("type_errors"), []);
});

Deno.test("checkNotebooks() reports what the linter finds, with the rule", () => {
  assert.deepEqual(problemsOf("unclean"), [
    "code cell 2, line 1: `a` is never reassigned: Use `const` instead " +
    "(prefer-const)",
  ]);
});

Deno.test("checkNotebooks() lets a notebook take code of ours only through front doors", () => {
  const rule = "a notebook takes code only through front doors, " +
    '"lib/*/mod.ts": export the name there';
  assert.deepEqual(problemsOf("back_doors"), [
    `code cell 1, line 1: imports "lib/core/shape.ts": ${rule}`,
    `code cell 2, line 1: imports "../../lib/core/shape.ts": ${rule}`,
  ]);
});

Deno.test("checkNotebooks() lets a notebook name packages only as deno.json does", () => {
  assert.deepEqual(problemsOf("packages"), [
    'code cell 2, line 1: imports "data:text/javascript,export const b = 1;": ' +
    "a notebook names packages as the imports of deno.json do: add the " +
    "package there",
  ]);
});

Deno.test("checkNotebooks() allows 12 code cells and reports 13", () => {
  assert.deepEqual(problemsOf("cells_12"), []);
  assert.deepEqual(problemsOf("cells_13"), [
    ": a notebook may have at most 12 code cells: it has 13; move code into lib",
  ]);
});

Deno.test("checkNotebooks() allows outputs of 10,000 bytes and reports larger ones", () => {
  assert.deepEqual(problemsOf("bytes_10000"), []);
  assert.deepEqual(problemsOf("bytes_10002"), [
    "code cell 1: stored outputs may have at most 10000 bytes: they have " +
    "10002; clear them, or show less",
  ]);
});

Deno.test("checkNotebooks() reports a file that is no notebook", () => {
  assert.deepEqual(problemsOf("none"), [
    ': it must be a notebook: the file must have "nbformat": 4 and "cells"',
  ]);
});
