import assert from "node:assert/strict";
import {
  type AllowedExports,
  checkExports,
  type ExportReport,
} from "../../.ci/check_exports.ts";
import { type Files, withRepository } from "./_repository.ts";

const CONFIG = JSON.stringify({
  imports: { "lib/": "./lib/" },
  tasks: {
    go: { command: "deno run --allow-read lib/recipes/go/main.ts" },
    measure: "deno run bench/main.ts",
  },
});

function check(files: Files, allowed?: AllowedExports): Promise<ExportReport> {
  return withRepository(
    { "deno.json": CONFIG, ...files },
    (root) => checkExports(root, allowed),
  );
}

/** The place and the name of each export that is reported. */
async function unreached(files: Files): Promise<string[]> {
  const { problems } = await check(files);
  return problems.map((problem) => problem.split(": ")[0] ?? "");
}

Deno.test("checkExports() says where, what and why, and counts what it saw", async () => {
  assert.deepEqual(
    await check({
      "lib/recipes/go/main.ts":
        'import { used } from "lib/core/mod.ts"; used();',
      "lib/core/mod.ts": 'export * from "./a.ts";',
      "lib/core/a.ts":
        "export function used(): void {}\n\n/** Never. */\nexport const lost = 1;\n",
    }),
    {
      files: 3,
      exports: 2,
      problems: [
        "lib/core/a.ts:4 exports lost: a command, notebook or benchmark must " +
        "reach it: delete it with its tests",
      ],
    },
  );
});

Deno.test("a task, a notebook and any file of bench reach exports", async () => {
  assert.deepEqual(
    await unreached({
      "lib/core/mod.ts":
        "export const a = 1; export const b = 2; export const c = 3; export const d = 4;",
      "lib/recipes/go/main.ts": 'import { a } from "lib/core/mod.ts"; a;',
      "lib/recipes/no_task/main.ts": 'import { d } from "lib/core/mod.ts"; d;',
      "bench/cases/case.ts": 'import { b } from "lib/core/mod.ts"; b;',
      "notebooks/00.ipynb": JSON.stringify({
        nbformat: 4,
        cells: [{
          cell_type: "code",
          source: ['import { c } from "lib/core/mod.ts";\n', "c"],
          outputs: [],
        }],
      }),
    }),
    ["lib/core/mod.ts:1 exports d"],
  );
});

Deno.test("tests, re-exports and imports that nobody uses reach nothing", async () => {
  assert.deepEqual(
    await unreached({
      "lib/recipes/go/main.ts": 'import { a, b } from "lib/core/mod.ts"; a;',
      "lib/core/mod.ts": 'export { a, b, c } from "./abc.ts";',
      "lib/core/abc.ts":
        "export const a = 1;\nexport const b = 2;\nexport const c = 3;",
      "tests/core/abc_test.ts":
        'import { c } from "lib/core/mod.ts"; Deno.test("c", () => c);',
    }),
    ["lib/core/abc.ts:2 exports b", "lib/core/abc.ts:3 exports c"],
  );
});

Deno.test("a chain that no command begins is reported as a whole", async () => {
  assert.deepEqual(
    await unreached({
      "lib/recipes/go/main.ts": "export {};",
      "lib/core/a.ts": 'import { b } from "./b.ts"; export const a = () => b;',
      "lib/core/b.ts": "export const b = 1;",
    }),
    ["lib/core/a.ts:1 exports a", "lib/core/b.ts:1 exports b"],
  );
});

Deno.test("types in the signature of a reached export are reached", async () => {
  assert.deepEqual(
    await unreached({
      "lib/recipes/go/main.ts": 'import { make } from "lib/core/a.ts"; make();',
      "lib/core/a.ts": "export interface Inner { readonly x: number }\n" +
        "export interface Made { readonly inner: Inner }\n" +
        "export type Lost = Made;\n" +
        "export function make(): Made { return { inner: { x: 1 } }; }",
    }),
    ["lib/core/a.ts:3 exports Lost"],
  );
});

Deno.test("a property, a key or a local of the same name reaches nothing", async () => {
  assert.deepEqual(
    await unreached({
      "lib/recipes/go/main.ts":
        'import { make } from "lib/core/a.ts"; make({ lost: 1 }).lost;',
      "lib/core/a.ts": "export const lost = 1;\n" +
        "export function make(lost: { lost: number }) { return { ...lost }; }",
    }),
    ["lib/core/a.ts:1 exports lost"],
  );
});

Deno.test("shorthand, namespace and typeof import() reach what they name", async () => {
  assert.deepEqual(
    await unreached({
      "lib/recipes/go/main.ts":
        'import { a } from "lib/core/a.ts"; import * as all from "lib/core/a.ts";\n' +
        'let c: import("lib/core/a.ts").C; ({ a }); all.b;',
      "lib/core/a.ts":
        "export const a = 1;\nexport const b = 2;\nexport type C = 3;\nexport const d = 4;",
    }),
    ["lib/core/a.ts:4 exports d"],
  );
});

Deno.test("a file that a string names is reached with all it exports", async () => {
  assert.deepEqual(
    await unreached({
      "lib/recipes/go/main.ts":
        'new Worker(new URL("./worker.ts", import.meta.url)); import("lib/core/late.ts");',
      "lib/recipes/go/worker.ts": 'import { a } from "lib/core/a.ts"; a;',
      "lib/core/late.ts": "export const late = 1;",
      "lib/core/a.ts": "export const a = 1;",
    }),
    [],
  );
});

Deno.test("statements at the top of a file run once anything of it is reached", async () => {
  assert.deepEqual(
    await unreached({
      "lib/recipes/go/main.ts": 'import { a } from "lib/core/a.ts"; a;',
      "lib/core/a.ts":
        'import { register } from "./register.ts"; export const a = 1; register();',
      "lib/core/register.ts": "export function register(): void {}",
      "lib/core/other.ts":
        'import { note } from "./note.ts"; export const other = 1; note();',
      "lib/core/note.ts": "export function note(): void {}",
    }),
    ["lib/core/note.ts:1 exports note", "lib/core/other.ts:1 exports other"],
  );
});

Deno.test("an exception excuses one export and must itself be needed", async () => {
  const { problems } = await check({
    "lib/core/a.ts": "export const a = 1;\nexport const b = 2;",
  }, {
    "lib/core/a.ts": { a: "docs/a.md tells of it", gone: "no longer there" },
  });
  assert.deepEqual(problems, [
    "lib/core/a.ts:2 exports b: a command, notebook or benchmark must reach " +
    "it: delete it with its tests",
    "lib/core/a.ts exports gone: an exception must be needed: delete it from " +
    ".ci/allowed_exports.ts",
  ]);
});
