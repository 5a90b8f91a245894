import assert from "node:assert/strict";
import { GateLog, totalsLine } from "../../.ci/gate_log.ts";

/** A log of lines that were printed a second apart. */
function logOf(...lines: string[]): GateLog {
  const log = new GateLog();
  lines.forEach((line, second) => log.read(line, second * 1000));
  return log;
}

Deno.test("GateLog adds the summaries of all runs", () => {
  const totals = logOf(
    "Task ok deno task test:doc && deno task test",
    "Task test:doc deno test --doc",
    "ok | 29 passed | 0 failed (3s)",
    "Task test deno test",
    "FAILED | 2 passed (1 step) | 1 failed (2 steps) | 1 ignored | 3 filtered out (1m13ms)",
  ).totals();
  assert.deepEqual(totals, { passed: 31, failed: 1, skipped: 1 });
});

Deno.test("GateLog expects a summary of each process that a run starts", () => {
  const lines = [
    "Task test deno run .ci/run_tests.ts",
    "tests: 284 files in 2 processes",
    "ok | 29 passed | 0 failed (3s)",
  ];
  assert.throws(() => logOf(...lines).totals(), /2 printed 1$/);
  assert.deepEqual(
    logOf(...lines, "FAILED | 2 passed | 1 failed (1s)").totals(),
    { passed: 31, failed: 1, skipped: 0 },
  );
});

Deno.test("GateLog reads summaries in colour", () => {
  const totals = logOf(
    "\x1b[0m\x1b[32mTask\x1b[0m \x1b[0m\x1b[36mtest\x1b[0m deno test",
    "\x1b[0m\x1b[32mok\x1b[0m | 2 passed (1 step) | 0 failed | 1 ignored \x1b[0m\x1b[38;5;245m(13ms)\x1b[0m",
  ).totals();
  assert.deepEqual(totals, { passed: 2, failed: 0, skipped: 1 });
});

Deno.test("GateLog gives no totals when no test ran", () => {
  assert.throws(() => logOf("Task lint deno lint").totals(), {
    name: "Error",
    message: "Cannot count the tests: none ran",
  });
});

Deno.test("GateLog gives no totals when a run lacks its summary", () => {
  const log = logOf(
    "Task test:doc deno test --doc",
    "ok | 29 passed | 0 failed (3s)",
    "Task test deno test",
    "thread 'main' panicked",
  );
  assert.throws(() => log.totals(), {
    name: "Error",
    message: "Cannot count the tests: each process must print one summary " +
      "line: 2 printed 1",
  });
});

Deno.test("GateLog lets each task last until the next begins", () => {
  const log = logOf("Task fmt deno fmt", "Checked 3 files", "Task lint deno");
  assert.deepEqual(log.durations(2500), [
    { task: "fmt", seconds: 2 },
    { task: "lint", seconds: 0.5 },
  ]);
});

Deno.test("totalsLine() mentions skipped tests only if there are any", () => {
  assert.equal(
    totalsLine({ passed: 3, failed: 0, skipped: 0 }),
    "3 passed, 0 failed",
  );
  assert.equal(
    totalsLine({ passed: 3, failed: 1, skipped: 2 }),
    "3 passed, 1 failed, 2 skipped",
  );
});
