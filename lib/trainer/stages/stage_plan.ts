import * as z from "zod";
import type { ClipShape } from "../../dataset/batches/mod.ts";

/** How one stage of a curriculum is trained: the VAE, or one phase. */
export const stagePlanSchema = z.strictObject({
  epochs: count().describe("times that each sample is seen"),
  batch: count().describe("clips that go through the model at once"),
  accumulation: count().describe(
    "batches whose gradients make one update",
  ),
  learningRate: z.number("must be a number").positive("must be above 0")
    .max(1, "must be at most 1").describe(
      "highest learning rate, after the warm-up",
    ),
  samples: count().describe("clips in an epoch"),
  size: multiple(16).describe("height and width, pixels"),
  frames: multiple(4).describe("frames of a clip"),
  fps: z.number("must be a number").positive("must be above 0")
    .max(60, "must be at most 60").describe("frames per second"),
});

function count(): z.ZodInt {
  return z.int("must be a whole number").min(1, "must be 1 or more");
}

function multiple(of: number): z.ZodInt {
  return z.int("must be a whole number").min(of, `must be ${of} or more`)
    .multipleOf(of, `must be a multiple of ${of}`);
}

/** The same, checked. */
export type StagePlan = z.infer<typeof stagePlanSchema>;

/** Share of a stage's updates over which the learning rate rises. */
const WARMUP = 0.1;
/** What the highest learning rate is divided by at the end. */
const FALL = 100;

/**
 * Updates of a whole stage.
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
    floor: plan.learningRate / FALL,
  };
}

/** The clips that a stage asks for. */
export function clipShapeOf(
  { size, frames, fps }: Pick<StagePlan, "size" | "frames" | "fps">,
): ClipShape {
  return { frames, height: size, width: size, fps };
}
