import assert from "node:assert/strict";
import { testsOf } from "../../.ci/changed_tests.ts";

const SOURCES = new Map(Object.entries({
  "lib/core/mod.ts": 'export * from "./rng.ts"; export * from "./shape.ts";',
  "lib/core/rng.ts": "export const random = 4;",
  "lib/core/shape.ts": "export const rank = 5;",
  "lib/models/noise.ts":
    'import { random } from "lib/core/mod.ts"; export const noise = random;',
  "lib/models/worker.ts": 'import { rank } from "lib/core/mod.ts"; rank;',
  "lib/models/pool.ts":
    'export const url = new URL("./worker.ts", import.meta.url);',
  "tests/core/rng_test.ts": 'import { random } from "lib/core/mod.ts"; random;',
  "tests/core/shape_test.ts": 'import { rank } from "lib/core/mod.ts"; rank;',
  "tests/core/all_test.ts": 'import * as core from "lib/core/mod.ts"; core;',
  "tests/models/noise_test.ts":
    'import { noise } from "lib/models/noise.ts"; noise;',
  "tests/models/pool_test.ts":
    'import { url } from "lib/models/pool.ts"; import { help } from "./_help.ts"; help(url);',
  "tests/models/_help.ts":
    'import { random } from "lib/core/mod.ts"; export const help = (x: unknown) => [x, random];',
  "bench/main.ts": "export const a = 1;",
  "tests/bench/main_test.ts": 'import { a } from "../../bench/main.ts"; a;',
  ".ci/check.ts": "export const check = 1;",
  "tests/ci/check_test.ts": "export {};",
}));

Deno.test("a changed file is tested by the test of its path, then by its users' tests", () => {
  assert.deepEqual(testsOf(SOURCES, ["lib/core/rng.ts"]), {
    own: ["tests/core/rng_test.ts"],
    users: [
      "tests/core/all_test.ts",
      "tests/models/pool_test.ts",
      "tests/models/noise_test.ts",
    ],
  });
});

Deno.test("a test that changed runs, and a helper's change runs its users", () => {
  assert.deepEqual(testsOf(SOURCES, ["tests/core/shape_test.ts"]), {
    own: ["tests/core/shape_test.ts"],
    users: [],
  });
  assert.deepEqual(testsOf(SOURCES, ["tests/models/_help.ts"]), {
    own: [],
    users: ["tests/models/pool_test.ts"],
  });
});

Deno.test("a file that a string names counts as used", () => {
  assert.deepEqual(testsOf(SOURCES, ["lib/models/worker.ts"]), {
    own: [],
    users: ["tests/models/pool_test.ts"],
  });
});

Deno.test("bench and .ci have their tests too, and a text file has none", () => {
  assert.deepEqual(
    testsOf(SOURCES, ["bench/main.ts", ".ci/check.ts", "README.md"]),
    { own: ["tests/bench/main_test.ts", "tests/ci/check_test.ts"], users: [] },
  );
});
