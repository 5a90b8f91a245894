import assert from "node:assert/strict";
import { firstThatFits, settingsOf } from "lib/trainer/mod.ts";
import type { Estimate } from "lib/trainer/mod.ts";
import { stagePlan } from "lib/recipes/curriculum.ts";

const plan = { ...stagePlan("base", "phase1"), batch: 4, accumulation: 1 };

/** An estimate of which only the peak matters. */
const taking = (peakBytes: number): Estimate => ({ peakBytes }) as Estimate;

Deno.test("settingsOf() begins with what was asked for, recomputes, then halves the batch", () => {
  assert.deepEqual(settingsOf("phase1", plan, false), [
    { batch: 4, accumulation: 1, recompute: false },
    { batch: 4, accumulation: 1, recompute: true },
    { batch: 2, accumulation: 2, recompute: true },
    { batch: 1, accumulation: 4, recompute: true },
  ]);
});

Deno.test("settingsOf() recomputes no blocks of the VAE and splits only even batches", () => {
  assert.deepEqual(settingsOf("vae", { ...plan, batch: 6 }, false), [
    { batch: 6, accumulation: 1, recompute: false },
    { batch: 3, accumulation: 2, recompute: false },
  ]);
});

Deno.test("settingsOf() keeps every update to the same clips", () => {
  for (const { batch, accumulation } of settingsOf("phase2", plan, true)) {
    assert.equal(batch * accumulation, 4);
  }
});

Deno.test("firstThatFits() looks no further than needed, and at all where none fits", () => {
  const settings = settingsOf("phase1", plan, false);
  const estimateOf = ({ batch, recompute }: typeof settings[0]): Estimate =>
    taking(batch * (recompute ? 100 : 300));
  const peaks = (limit: number): number[] =>
    firstThatFits(settings, limit, estimateOf)
      .map(({ estimate }) => estimate.peakBytes);
  assert.deepEqual(peaks(2000), [1200]);
  assert.deepEqual(peaks(250), [1200, 400, 200]);
  assert.deepEqual(peaks(10), [1200, 400, 200, 100]);
});
