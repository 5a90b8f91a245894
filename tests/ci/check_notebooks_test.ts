import assert from "node:assert/strict";
import {
  checkNotebooks,
  type NotebookReport,
} from "../../.ci/check_notebooks.ts";
import { type Files, withRepository } from "./_repository.ts";

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

const LIBRARY: Files = {
  "lib/core/mod.ts": "export const fps: number = 24;",
  "lib/core/shape.ts": "export const rank = 5;",
};

function check(files: Files): Promise<NotebookReport> {
  return withRepository({ ...LIBRARY, ...files }, checkNotebooks);
}

Deno.test("checkNotebooks() passes when there are no notebooks", async () => {
  assert.deepEqual(await check({}), { notebooks: 0, cells: 0, problems: [] });
});

Deno.test("checkNotebooks() accepts cells that share names, await and end in an expression", async () => {
  const report = await check({
    "notebooks/01_clip.ipynb": notebook([
      'import { fps } from "lib/core/mod.ts";\nimport assert from "node:assert/strict";',
      "const seconds = await Promise.resolve(2)",
      "(seconds * fps)",
      "console.log(seconds);\nDeno.jupyter.html`<b>${fps}</b>`",
      "assert.equal(seconds * fps, 48);\nfps",
    ]),
    "notebooks/02_same_names.ipynb": notebook([
      "const seconds = 3;\nseconds;",
    ]),
  });
  assert.deepEqual(report, { notebooks: 2, cells: 6, problems: [] });
});

Deno.test("checkNotebooks() reports a type error with its cell and line", async () => {
  const { problems } = await check({
    "notebooks/01_clip.ipynb": notebook([
      'import { fps } from "lib/core/mod.ts";',
      'const rate: string = "24";\nexport const wrong: string =\n  rate + 1;\nfps.length;',
    ]),
  });
  assert.deepEqual(problems, [
    "notebooks/01_clip.ipynb, code cell 2, line 4: TS2339: Property 'length' " +
    "does not exist on type 'number'.",
  ]);
});

Deno.test("checkNotebooks() reports every error of every notebook", async () => {
  const { problems } = await check({
    "notebooks/a.ipynb": notebook(["const a: number = true;\na;", "b;"]),
    "notebooks/b.ipynb": notebook(["const c: number = null;\nc;"]),
  });
  assert.deepEqual(problems, [
    "notebooks/a.ipynb, code cell 1, line 1: TS2322: Type 'boolean' is not " +
    "assignable to type 'number'.",
    "notebooks/a.ipynb, code cell 2, line 1: TS2304: Cannot find name 'b'.",
    "notebooks/b.ipynb, code cell 1, line 1: TS2322: Type 'null' is not " +
    "assignable to type 'number'.",
  ]);
});

Deno.test("checkNotebooks() reports an unfinished cell and type errors elsewhere", async () => {
  const { problems } = await check({
    "notebooks/a.ipynb": notebook(["const a = (1 +", "const b = 2;"]),
    "notebooks/b.ipynb": notebook(["const c: number = true;\nc;"]),
  });
  assert.equal(problems.length, 2);
  assert.match(
    problems[0] ?? "",
    /^notebooks\/a\.ipynb, code cell 1, line 1: SyntaxError: Expression expected/,
  );
  assert.match(
    problems[1] ?? "",
    /^notebooks\/b\.ipynb, code cell 1, line 1: TS2322: /,
  );
});

Deno.test("checkNotebooks() reports what the linter finds, with the rule", async () => {
  const { problems } = await check({
    "notebooks/a.ipynb": notebook(["1;", "let a = 2;\na;"]),
  });
  assert.deepEqual(problems, [
    "notebooks/a.ipynb, code cell 2, line 1: `a` is never reassigned: " +
    "Use `const` instead (prefer-const)",
  ]);
});

Deno.test("checkNotebooks() lets a notebook take code of ours only through front doors", async () => {
  const { problems } = await check({
    "notebooks/a.ipynb": notebook([
      'import { rank } from "lib/core/shape.ts";\nrank;',
      'const { rank: same } = await import("../../lib/core/shape.ts");\nsame;',
    ]),
  });
  const rule = "a notebook takes code only through front doors, " +
    '"lib/*/mod.ts": export the name there';
  assert.deepEqual(problems, [
    `notebooks/a.ipynb, code cell 1, line 1: imports "lib/core/shape.ts": ${rule}`,
    `notebooks/a.ipynb, code cell 2, line 1: imports "../../lib/core/shape.ts": ${rule}`,
  ]);
});

Deno.test("checkNotebooks() lets a notebook name packages only as deno.json does", async () => {
  const { problems } = await check({
    "deno.json": JSON.stringify({
      imports: { packed: "data:text/javascript,export const a = 1;" },
    }),
    "notebooks/a.ipynb": notebook([
      'import { a } from "packed";\na;',
      'import { b } from "data:text/javascript,export const b = 1;";\nb;',
    ]),
  });
  assert.deepEqual(problems, [
    "notebooks/a.ipynb, code cell 2, line 1: imports " +
    '"data:text/javascript,export const b = 1;": a notebook names packages ' +
    "as the imports of deno.json do: add the package there",
  ]);
});

Deno.test("checkNotebooks() allows 12 code cells and reports 13", async () => {
  const { problems } = await check({
    "notebooks/a.ipynb": notebook(Array(12).fill("1;")),
    "notebooks/b.ipynb": notebook(Array(13).fill("1;")),
  });
  assert.deepEqual(problems, [
    "notebooks/b.ipynb: a notebook may have at most 12 code cells: it has 13; " +
    "move code into lib",
  ]);
});

Deno.test("checkNotebooks() allows outputs of 10,000 bytes and reports larger ones", async () => {
  // The JSON around the text takes 54 bytes, each é two: 54 + 2 x 4973 = 10,000.
  const { problems } = await check({
    "notebooks/a.ipynb": notebook(["1;"], "é".repeat(4_973)),
    "notebooks/b.ipynb": notebook(["1;"], "é".repeat(4_974)),
  });
  assert.deepEqual(problems, [
    "notebooks/b.ipynb, code cell 1: stored outputs may have at most 10000 " +
    "bytes: they have 10002; clear them, or show less",
  ]);
});

Deno.test("checkNotebooks() reports a file that is no notebook", async () => {
  const { problems } = await check({ "notebooks/a.ipynb": '{ "cells": [] }' });
  assert.deepEqual(problems, [
    'notebooks/a.ipynb: it must be a notebook: the file must have "nbformat": ' +
    '4 and "cells"',
  ]);
});

Deno.test("checkNotebooks() leaves nothing behind", async () => {
  await withRepository(
    { ...LIBRARY, "notebooks/a.ipynb": notebook(["1;"]) },
    async (root) => {
      await checkNotebooks(root);
      const left = await Array.fromAsync(Deno.readDir(root));
      assert.deepEqual(left.map(({ name }) => name).sort(), [
        "deno.json",
        "lib",
        "notebooks",
      ]);
    },
  );
});
