import assert from "node:assert/strict";
import type { WeightsFacts } from "lib/pipeline/mod.ts";
import { warningsOf } from "lib/recipes/generate/warnings.ts";

const base = { kind: "Diffusion", config: {}, stage: "phase1", step: 1 };
const clip = { frames: 16, height: 64, width: 64, fps: 8 };
const asked = {
  frames: 16,
  fps: 8,
  prompts: ["a cat"],
  motionStrength: undefined,
};

function modelsOf(diffusion: Partial<WeightsFacts>) {
  return { facts: { vae: base, diffusion: { ...base, clip, ...diffusion } } };
}

Deno.test("warningsOf() names the trained frames and fps beyond which clips go", () => {
  assert.deepEqual(warningsOf(modelsOf({}), asked), []);
  for (const change of [{ frames: 120 }, { fps: 60 }]) {
    const { frames, fps } = { ...asked, ...change };
    assert.deepEqual(warningsOf(modelsOf({}), { ...asked, ...change }), [
      `warning: ${frames} frames at ${fps} fps are beyond the training, 16 ` +
      "frames at 8 fps: motion and pictures may break up",
    ]);
  }
});

Deno.test("warningsOf() tells that prompts do not matter without captions", () => {
  const line = "warning: the model was trained without captions: prompts do " +
    "not change what it draws";
  const models = modelsOf({ unconditional: true });
  assert.deepEqual(warningsOf(models, asked), [line]);
  assert.deepEqual(warningsOf(models, { ...asked, prompts: [""] }), []);
  // Packed by an earlier version.
  const packed = { ...modelsOf({}), vocabulary: {} };
  assert.deepEqual(warningsOf(packed, asked), [line]);
});
