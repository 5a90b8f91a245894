import assert from "node:assert/strict";
import { runDeno } from "../../.ci/deno_process.ts";
import { planOf } from "../../.ci/run_tests.ts";
import { withRepository } from "./_repository.ts";

const RUN_TESTS = new URL("../../.ci/run_tests.ts", import.meta.url).href;

Deno.test("planOf() makes one module of a folder and shares folders by size", () => {
  assert.deepEqual(
    planOf([
      "tests/compiler/a_test.ts",
      "tests/core/a_test.ts",
      "tests/core/b/b_test.ts",
      "tests/recipes/a_test.ts",
      "tests/recipes/b_test.ts",
    ], 2),
    [
      [{
        file: "recipes.ts",
        code: 'import "../../tests/recipes/a_test.ts";\n' +
          'import "../../tests/recipes/b_test.ts";\n',
      }],
      [{ file: "tests/compiler/a_test.ts" }, {
        file: "core.ts",
        code: 'import "../../tests/core/a_test.ts";\n' +
          'import "../../tests/core/b/b_test.ts";\n',
      }],
    ],
  );
});

Deno.test("planOf() leaves tests of WebGPU alone, in one process", () => {
  const files = ["a", "webgpu", "x/webgpu"].map((name) =>
    `tests/compiler/${name}_test.ts`
  );
  assert.deepEqual(planOf(files, 2), [[
    { file: "compiler.ts", code: 'import "../../tests/compiler/a_test.ts";\n' },
    { file: "tests/compiler/webgpu_test.ts" },
    { file: "tests/compiler/x/webgpu_test.ts" },
  ]]);
});

Deno.test("planOf() keeps a test's database out of the module of others", () => {
  const files = ["keys/commands", "ingest/worker"].map((name) =>
    `tests/recipes/${name}_test.ts`
  );
  assert.deepEqual(planOf(files, 2), [[
    {
      file: "recipes.ts",
      code: 'import "../../tests/recipes/ingest/worker_test.ts";\n',
    },
    { file: "tests/recipes/keys/commands_test.ts" },
  ]]);
});

Deno.test("run_tests.ts runs both processes and fails if a test in one does", async () => {
  const test = (name: string, body = ""): string =>
    `Deno.test("${name}", () => {${body}});`;
  await withRepository({
    "tests/a/one_test.ts": test("one"),
    "tests/a/two_test.ts": test("two"),
    "tests/b/three_test.ts": test("three", 'throw new Error("no");'),
    "tests/b/_helper.ts": test("helper"),
  }, async (root) => {
    const run = (...args: string[]) =>
      runDeno(["run", "-A", RUN_TESTS, "--no-check", ...args], root);
    const all = await run();
    assert.equal(all.success, false);
    assert.match(all.stdout, /^tests: 3 files in 2 processes$/m);
    assert.match(all.stdout, /^ok \| 2 passed \| 0 failed /m);
    assert.match(all.stdout, /^FAILED \| 0 passed \| 1 failed /m);
    const some = await run("tests/a/", "tests/a/two_test.ts", "--filter=two");
    assert.equal(some.success, true, some.stdout);
    assert.match(some.stdout, /^tests: 2 files in 1 process$/m);
    assert.match(some.stdout, /^ok \| 1 passed .* 1 filtered out/m);
    const left = await Array.fromAsync(Deno.readDir(root), ({ name }) => name);
    assert.deepEqual(left.sort(), ["deno.json", "tests"]);
  });
});
