import assert from "node:assert/strict";
import { runTask } from "../_task_process.ts";

Deno.test("deno task estimate --json tells parameters, operations, memory and what fits", async () => {
  const { code, stdout, stderr } = await runTask(
    "estimate",
    "--preset",
    "tiny",
    "--phase",
    "1",
    "--json",
  );
  assert.equal(stderr, "");
  assert.equal(code, 0);
  const { preset, stage, asked, suggestion, gflops } = JSON.parse(stdout);
  assert.deepEqual([preset, stage], ["tiny", "phase1"]);
  const { items, parameters } = asked;
  assert.equal(items.parameters, 4 * parameters);
  // Two moments and two averages, but for a few scalars.
  assert.equal(items.optimiser, 4 * items.parameters);
  assert.equal(
    asked.peakBytes,
    Object.values<number>(items).reduce((sum, bytes) => sum + bytes, 0),
  );
  assert.ok(items.activations > 0 && items.process > 0);
  assert.ok(
    Math.abs(asked.secondsAtLeast * gflops * 1e9 / asked.flops - 1) < 1e-9,
  );
  assert.equal(asked.fits, true);
  assert.deepEqual(suggestion, asked);
});

Deno.test("deno task estimate names the setting that fits, or says that none does", async () => {
  const { code, stdout } = await runTask(
    "estimate",
    "--preset",
    "tiny",
    "--phase",
    "vae",
    "--memory",
    "0.001",
  );
  assert.equal(code, 0);
  assert.match(
    stdout,
    /^tiny, vae: batch 4, 8x32x32, on cpu \(\d+ threads?\)\n/,
  );
  assert.match(stdout, /\nactivations and gradients +\d/);
  assert.deepEqual(
    stdout.trimEnd().split("\n").slice(-3).map((line) => line.split(":")[0]),
    [
      "It does not fit into 1.00 MB, whatever the setting",
      "  batch 2, 2 of them an update",
      "  batch 1, 4 of them an update",
    ],
  );
});

Deno.test("deno task estimate refuses what it does not know, in one line", async () => {
  const { code, stderr } = await runTask("estimate", "--phase", "6");
  assert.equal(code, 2);
  assert.equal(
    stderr,
    "error: Cannot use --phase: must be one of vae, 1, 2, 3, 4, 5: current " +
      'value is "6"\n',
  );
});
