import assert from "node:assert/strict";
import { checkLayers, type LayerReport } from "../../.ci/check_layers.ts";
import { type Files, withRepository } from "./_repository.ts";

function check(files: Files): Promise<LayerReport> {
  return withRepository(files, checkLayers);
}

Deno.test("checkLayers() counts files and edges and accepts imports that go down", async () => {
  const report = await check({
    "lib/core/mod.ts": 'export * from "./shape.ts";',
    "lib/core/shape.ts": "export const rank = 5;",
    "lib/models/vae/mod.ts":
      'import { rank } from "lib/core/mod.ts"; export const r = rank;',
    "lib/recipes/mod.ts": 'export * from "../models/vae/mod.ts";',
  });
  assert.deepEqual(report, { files: 4, edges: 3, problems: [] });
});

Deno.test("checkLayers() accepts a repository without lib", async () => {
  assert.deepEqual(await check({}), { files: 0, edges: 0, problems: [] });
});

Deno.test("checkLayers() names both files of a forbidden edge, the rule and the fix", async () => {
  const { problems } = await check({
    "lib/compiler/mod.ts": "export const a = 1;",
    "lib/models/mod.ts":
      '\nimport { a } from "lib/compiler/mod.ts"; export const b = a;',
  });
  assert.deepEqual(problems, [
    "lib/models/mod.ts:2 imports lib/compiler/mod.ts: models may import only " +
    "core, formats: move what is needed down to there, or take it as an argument",
  ]);
});

Deno.test("checkLayers() forbids an edge that only carries types", async () => {
  const { problems } = await check({
    "lib/formats/mod.ts": "export type A = number;",
    "lib/core/mod.ts":
      'import type { A } from "lib/formats/mod.ts"; export type B = A;',
  });
  assert.deepEqual(problems, [
    "lib/core/mod.ts:1 imports lib/formats/mod.ts: core may import nothing " +
    "else of lib: move what is needed down to there, or take it as an argument",
  ]);
});

Deno.test("checkLayers() finds an edge that is only taken at run time", async () => {
  const { problems } = await check({
    "lib/evaluation/mod.ts": "export const a = 1;",
    "lib/trainer/mod.ts":
      'export const late = () => import("lib/evaluation/mod.ts");',
  });
  assert.equal(problems.length, 1);
  assert.match(
    problems[0] ?? "",
    /^lib\/trainer\/mod\.ts:1 imports lib\/evaluation\/mod\.ts: trainer may /,
  );
});

Deno.test("checkLayers() shows a cycle as the path that closes it", async () => {
  const { problems } = await check({
    "lib/core/a.ts": 'import "./b.ts";',
    "lib/core/b.ts": 'import "./c.ts";',
    "lib/core/c.ts": 'import "./b.ts";',
  });
  assert.deepEqual(problems, [
    "lib/core/b.ts -> lib/core/c.ts -> lib/core/b.ts: files must not import " +
    "each other in a circle: move what they share into a file of its own",
  ]);
});

Deno.test("checkLayers() lets types refer to each other in a circle", async () => {
  const { problems } = await check({
    "lib/core/a.ts":
      'import type { B } from "./b.ts"; export interface A { b?: B }',
    "lib/core/b.ts":
      'import type { A } from "./a.ts"; export interface B { a?: A }',
  });
  assert.deepEqual(problems, []);
});

Deno.test("checkLayers() reports a folder outside the table and a file outside the folders", async () => {
  const { problems } = await check({
    "lib/command_line/mod.ts": "export const a = 1;",
    "lib/command_line/flags.ts": "export const b = 1;",
    "lib/loose.ts": "export const c = 1;",
  });
  assert.deepEqual(problems, [
    "lib/command_line: the folder must be in the table of layers: " +
    "move its files, or add it to .ci/layer_table.ts and docs/layout.md",
    "lib/loose.ts: a file of lib must lie in one of its folders: move it",
  ]);
});

Deno.test("checkLayers() keeps a file with _ inside its folder", async () => {
  const { problems } = await check({
    "lib/models/vae/_blocks.ts": "export const a = 1;",
    "lib/models/vae/mod.ts": 'export * from "./_blocks.ts";',
    "lib/models/vae/decoder/mod.ts": 'export * from "../_blocks.ts";',
    "lib/models/mod.ts": 'export * from "./vae/_blocks.ts";',
  });
  assert.deepEqual(problems, [
    "lib/models/mod.ts:1 imports lib/models/vae/_blocks.ts: " +
    "a file with _ is private to lib/models/vae/: use its mod.ts",
  ]);
});

Deno.test("checkLayers() reports an import that leaves lib", async () => {
  const { problems } = await check({
    "tests/sample.ts": "export const a = 1;",
    "lib/core/mod.ts": 'export * from "../../tests/sample.ts";',
  });
  assert.deepEqual(problems, [
    "lib/core/mod.ts:1 imports tests/sample.ts: " +
    "lib may import only lib and packages: move the code",
  ]);
});

Deno.test("checkLayers() takes what lies in node_modules for a package", async () => {
  const { problems } = await check({
    "deno.json": JSON.stringify({
      nodeModulesDir: "manual",
      imports: { "lib/": "./lib/", small: "npm:small@1.0.0" },
    }),
    "node_modules/small/package.json":
      '{ "name": "small", "version": "1.0.0", "main": "main.js" }',
    "node_modules/small/main.js": "module.exports = 1;",
    "lib/core/a.ts": 'import small from "small"; export const a = small;',
  });
  assert.deepEqual(problems, []);
});

Deno.test("checkLayers() reports an import of a file that is not there", async () => {
  const { problems } = await check({
    "lib/core/mod.ts": 'export * from "./absent.ts";',
  });
  assert.equal(problems.length, 1);
  assert.match(
    problems[0] ?? "",
    /^lib\/core\/mod\.ts:1 imports lib\/core\/absent\.ts: it must resolve: Module not found/,
  );
});

Deno.test("checkLayers() keeps each guarded package in its home", async () => {
  const { problems } = await check({
    // Nothing is fetched: the names stand for local files.
    "deno.json": JSON.stringify({
      imports: {
        "onnxruntime-node": "data:text/javascript,",
        "node-av/api": "data:text/javascript,",
        "node-avatar": "data:text/javascript,",
      },
    }),
    "lib/compiler/session.ts": 'import "onnxruntime-node";',
    "lib/compiler/session/worker.ts": 'import "onnxruntime-node";',
    "lib/compiler/session_pool.ts": 'import "onnxruntime-node";',
    "lib/dataset/ffmpeg/frames.ts": 'import "node-av/api";',
    "lib/dataset/ffmpeg.ts": 'import "node-av/api";',
    "lib/dataset/batches.ts": 'import "node-av/api"; import "node-avatar";',
  });
  assert.deepEqual(problems, [
    "lib/compiler/session_pool.ts:1 imports onnxruntime-node: only " +
    "lib/compiler/session may: run the graph through the session of " +
    "lib/compiler instead",
    "lib/dataset/batches.ts:1 imports node-av/api: only lib/dataset/ffmpeg and " +
    "lib/dataset/decode and lib/dataset/encode may: read and write video through " +
    "lib/dataset/decode and encode instead",
  ]);
});

Deno.test("checkLayers() keeps native libraries and the command line in their homes", async () => {
  const { problems } = await check({
    "lib/compiler/session.ts": 'Deno.dlopen("gpu", {});',
    "lib/recipes/command_line.ts": "Deno.exit(Deno.args.length);",
    "lib/formats/mod.ts":
      '/** Unlike Deno.exit, this returns. */\n\nDeno.dlopen("zip", {});',
    "lib/trainer/mod.ts": "export const steps = Number(Deno.args[0]);",
  });
  assert.deepEqual(problems, [
    "lib/formats/mod.ts:3 uses Deno.dlopen: only lib/compiler/session may: " +
    "open native libraries in the session of lib/compiler instead",
    "lib/trainer/mod.ts:1 uses Deno.args: only lib/recipes may: take the " +
    "value as an argument; the command line is in recipes instead",
  ]);
});

Deno.test("checkLayers() allows 600 lines and reports 601", async () => {
  const { problems } = await check({
    "lib/core/long.ts": "export {};\n".repeat(600),
    "lib/core/longer.ts": "export {};\n".repeat(601),
  });
  assert.deepEqual(problems, [
    "lib/core/longer.ts: a file may have at most 600 lines: it has 601; " +
    "divide it by concept",
  ]);
});

Deno.test("checkLayers() works where the dynamic loader was given paths", async () => {
  // With this set, Deno refuses to start any process that would inherit it.
  const before = Deno.env.get("LD_LIBRARY_PATH");
  Deno.env.set("LD_LIBRARY_PATH", "/nowhere");
  try {
    const report = await check({ "lib/core/mod.ts": "export {};" });
    assert.deepEqual(report, { files: 1, edges: 0, problems: [] });
  } finally {
    if (before === undefined) Deno.env.delete("LD_LIBRARY_PATH");
    else Deno.env.set("LD_LIBRARY_PATH", before);
  }
});
