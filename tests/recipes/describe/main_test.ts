import assert from "node:assert/strict";
import { runTask } from "../_task_process.ts";

Deno.test("deno task describe --json prints the figures of a preset", async () => {
  const { code, stdout, stderr } = await runTask(
    "describe",
    "--preset",
    "base",
    "--json",
  );
  assert.equal(stderr, "");
  assert.equal(code, 0);
  const { backbone, vae, text, total } = JSON.parse(stdout);
  assert.equal(backbone.attentionBlocks, 30);
  assert.equal(backbone.cnnBlocks, 18);
  assert.equal(backbone.parameters + vae.parameters + text.parameters, total);
  assert.ok(Math.abs(total / 485e6 - 1) < 0.02);
});

Deno.test("describe --pure shows the Transformer that hybrids are compared with", async () => {
  const { stdout } = await runTask(
    "describe",
    "--preset",
    "base",
    "--pure",
    "--json",
  );
  const { attentionBlocks, cnnBlocks } = JSON.parse(stdout).backbone;
  assert.deepEqual([attentionBlocks, cnnBlocks], [48, 0]);
});

Deno.test("deno task describe prints a table for each model", async () => {
  const { code, stdout } = await runTask("describe", "--preset", "tiny");
  assert.equal(code, 0);
  assert.match(stdout, /^MultilingualTextEncoder, tiny/);
  assert.match(stdout, /\n\nHybridBackbone, tiny/);
  assert.match(stdout, /\n\nVideoVAE, tiny/);
  assert.match(stdout, /parameters in all, 1 MB as float32\n$/);
});

Deno.test("deno task describe refuses what it cannot describe, in one line", async () => {
  const preset = await runTask("describe", "--preset", "huge");
  assert.deepEqual(preset, {
    code: 2,
    signal: null,
    stdout: "",
    stderr:
      "error: Cannot use --preset: must be one of tiny, mini, nano, small, " +
      'base: current value is "huge"\n',
  });
  const clip = await runTask("describe", "--clip", "16x64x70");
  assert.deepEqual(clip, {
    code: 2,
    signal: null,
    stdout: "",
    stderr: "error: Cannot encode a clip: width must be a multiple of 16: " +
      "current value is 70; the nearest legal values are 64 and 80\n",
  });
});
