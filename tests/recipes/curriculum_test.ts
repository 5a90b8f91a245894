import assert from "node:assert/strict";
import { PRESET_NAMES } from "lib/recipes/presets.ts";
import { phaseOf, STAGES, titleOf } from "lib/trainer/mod.ts";
import { stagePlan } from "lib/recipes/curriculum.ts";
import { lengthOf, stagePlanSchema, updatesOf } from "lib/trainer/mod.ts";

Deno.test("the preset base follows the report's table", () => {
  const table = [
    // epochs, batch, learning rate, samples, size, max frames
    [20, 4, 1e-4, 1000, 256, 16],
    [25, 4, 5e-5, 1500, 320, 24],
    [30, 2, 2e-5, 2000, 384, 32],
    [20, 2, 1e-5, 1200, 384, 32],
    [15, 2, 5e-6, 4000, 384, 32],
  ];
  const found = STAGES.filter(phaseOf).map((stage) => {
    const { epochs, batch, learningRate, samples, width, frames } = stagePlan(
      "base",
      stage,
    );
    return [epochs, batch, learningRate, samples, width, frames];
  });
  assert.deepEqual(found, table);
});

Deno.test("plans of smaller presets are legal, no larger, with epochs of as many steps", () => {
  for (const preset of PRESET_NAMES) {
    for (const stage of STAGES) {
      const plan = stagePlan(preset, stage);
      assert.deepEqual(stagePlanSchema.parse(plan), plan);
      const base = stagePlan("base", stage);
      assert.ok(
        plan.width <= base.width && plan.height <= base.height &&
          plan.frames <= base.frames,
      );
      assert.ok(plan.batch >= base.batch);
      assert.ok(plan.learningRate >= base.learningRate);
      assert.equal(plan.samples / plan.batch, base.samples / base.batch);
      assert.ok(plan.epochs <= base.epochs && plan.epochs >= 1);
    }
  }
});

Deno.test("nano sees 64 clips of 64x64x16 a step, as many tokens as base does in phase 1", () => {
  const { batch, width, frames, learningRate, samples, epochs } = stagePlan(
    "nano",
    "phase1",
  );
  assert.deepEqual(
    [batch, width, frames, learningRate, samples, epochs],
    [64, 64, 16, 1.6e-3, 16_000, 10],
  );
});

Deno.test("the text encoder of nano sees 256 pairs of captions a step", () => {
  const { batch, samples, epochs, learningRate } = stagePlan("nano", "text");
  assert.deepEqual(
    [batch, samples, epochs, learningRate],
    [256, 128_000, 3, 2e-3],
  );
});

Deno.test("updates count what is seen, up to a limit", () => {
  const plan = { ...stagePlan("base", "phase3"), accumulation: 4 };
  assert.equal(updatesOf(plan), 7500);
  assert.deepEqual([lengthOf(plan), lengthOf(plan, 20)], [7500, 20]);
  assert.equal(updatesOf({ ...plan, samples: 1, epochs: 1 }), 1);
});

Deno.test("stages have a title, and those that learn to denoise a phase", () => {
  assert.deepEqual(
    Object.fromEntries(STAGES.map((stage) => [stage, phaseOf(stage)])),
    {
      vae: undefined,
      text: undefined,
      phase1: 1,
      phase2: 2,
      phase3: 3,
      phase4: 4,
      phase5: 5,
    },
  );
  assert.equal(titleOf("phase3"), "complex motion");
});
