import * as z from "zod";
import type { ClipShape } from "../../dataset/batches/mod.ts";

/** How one stage of a curriculum is trained: the VAE, or one phase. */
export const stagePlanSchema = z.strictObject({
  epochs: z.int().min(1).describe("times that each sample is seen"),
  batch: z.int().min(1).describe("clips that go through the model at once"),
  accumulation: z.int().min(1).describe(
    "batches whose gradients make one update",
  ),
  learningRate: z.number().positive().max(1).describe(
    "highest learning rate, after the warm-up",
  ),
  samples: z.int().min(1).describe("clips in an epoch"),
  size: z.int().min(16).multipleOf(16).describe("height and width, pixels"),
  frames: z.int().min(4).multipleOf(4).describe("frames of a clip"),
  fps: z.number().positive().max(60).describe("frames per second"),
});

/** The same, checked. */
export type StagePlan = z.infer<typeof stagePlanSchema>;

/** Share of a stage's updates over which the learning rate rises. */
const WARMUP = 0.1;
/** Learning rate at the end, as a share of the highest. */
const FLOOR = 0.01;

/**
 * Updates of a whole stage.
 *
 * @example
 * ```ts
 * import { updatesOf } from "lib/trainer/mod.ts";
 * import assert from "node:assert/strict";
 *
 * // Phase 1 of the report: 20 epochs of 1000 clips, 4 at once.
 * assert.equal(updatesOf({ epochs: 20, samples: 1000, batch: 4, accumulation: 1 }), 5000);
 * ```
 */
export function updatesOf(
  { epochs, samples, batch, accumulation }: Pick<
    StagePlan,
    "epochs" | "samples" | "batch" | "accumulation"
  >,
): number {
  return Math.max(1, Math.floor(epochs * samples / (batch * accumulation)));
}

/**
 * The learning rate of a stage: a rise over a tenth of its updates, then half
 * a cosine wave down to a hundredth of the highest.
 *
 * @param limit Updates at most, as a run may be told.
 *
 * @example
 * ```ts
 * import { scheduleOf } from "lib/trainer/mod.ts";
 * import assert from "node:assert/strict";
 *
 * const plan = { epochs: 20, samples: 1000, batch: 4, accumulation: 1, learningRate: 1e-4 };
 * assert.deepEqual(scheduleOf(plan), {
 *   peak: 1e-4, warmupSteps: 500, totalSteps: 5000, floor: 1e-6,
 * });
 * assert.equal(scheduleOf(plan, 30).totalSteps, 30);
 * ```
 */
export function scheduleOf(
  plan: Parameters<typeof updatesOf>[0] & Pick<StagePlan, "learningRate">,
  limit: number = Infinity,
): { peak: number; warmupSteps: number; totalSteps: number; floor: number } {
  const totalSteps = Math.min(updatesOf(plan), limit);
  return {
    peak: plan.learningRate,
    warmupSteps: Math.round(totalSteps * WARMUP),
    totalSteps,
    floor: plan.learningRate * FLOOR,
  };
}

/** The clips that a stage asks for. */
export function clipShapeOf(
  { size, frames, fps }: Pick<StagePlan, "size" | "frames" | "fps">,
): ClipShape {
  return { frames, height: size, width: size, fps };
}
