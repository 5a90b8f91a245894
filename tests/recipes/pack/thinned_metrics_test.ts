import assert from "node:assert/strict";
import { thinnedMetrics } from "lib/recipes/pack/thinned_metrics.ts";

const step = (stage: string, step: number) => ({ stage, step, loss: 0.5 });

Deno.test("a short stage is kept whole, a long one at even steps with its last", () => {
  const short = [step("text", 1), step("text", 2)];
  const long = Array.from({ length: 450 }, (_, i) => step("phase1", i + 1));
  const kept = thinnedMetrics([...short, ...long]);
  assert.deepEqual(kept.slice(0, 2), short);
  const steps = kept.slice(2).map(({ step }) => Number(step));
  assert.equal(steps.length, 100);
  assert.equal(steps.at(-1), 450);
  const gaps = new Set(steps.slice(1).map((s, i) => s - steps[i]!));
  assert.deepEqual([...gaps].sort(), [4, 5]);
});

Deno.test("evaluations and skipped steps are kept, wherever they stand", () => {
  const long = Array.from({ length: 1000 }, (_, i) => step("vae", i + 1));
  const skipped = { ...step("vae", 333), skipped: "a spike" };
  const evaluation = { stage: "vae", step: 333, heldOutError: 0.01 };
  const kept = thinnedMetrics([
    ...long.slice(0, 332),
    skipped,
    evaluation,
    ...long.slice(333),
  ]);
  assert.equal(kept.filter((line) => line === skipped).length, 1);
  assert.equal(kept.filter((line) => line === evaluation).length, 1);
  assert.equal(kept.length, 102);
});
