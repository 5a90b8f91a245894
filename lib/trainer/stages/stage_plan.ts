import * as z from "zod";
import type { ClipShape } from "../../dataset/batches/mod.ts";

/** Plan of one stage of a curriculum. */
export const stagePlanSchema = z.strictObject({
  epochs: count(1_000_000).describe("passes over the samples"),
  batch: count(4096).describe(
    "clips of a microbatch; for stage text, pairs of captions",
  ),
  accumulation: count(65_536).describe(
    "microbatches of an update",
  ),
  learningRate: z.number("must be a number").positive("must be above 0")
    .max(1, "must be at most 1").describe(
      "peak learning rate, after the warm-up",
    ),
  samples: count(1_000_000_000).describe(
    "clips of an epoch; for stage text, pairs of captions",
  ),
  width: multiple(16, 4096).describe("pixels, a multiple of 16"),
  height: multiple(16, 4096).describe("pixels, a multiple of 16"),
  frames: multiple(4, 4096).describe("frames of a clip, a multiple of 4"),
  fps: z.number("must be a number").positive("must be above 0")
    .max(60, "must be at most 60").describe("frames per second"),
});

function count(most: number): z.ZodInt {
  return z.int("must be a whole number").min(1, "must be 1 or more")
    .max(most, `must be at most ${most}`);
}

function multiple(of: number, most: number): z.ZodInt {
  return z.int("must be a whole number").min(of, `must be ${of} or more`)
    .max(most, `must be at most ${most}`)
    .multipleOf(of, {
      error: ({ input }) => {
        const below = Math.floor(Number(input) / of) * of;
        return `must be a multiple of ${of}: the nearest are ${below} and ${
          below + of
        }`;
      },
    });
}

/** Validated plan of a stage. */
export type StagePlan = z.infer<typeof stagePlanSchema>;

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

/** Updates of a stage, `limit` at most. */
export function lengthOf(
  plan: Parameters<typeof updatesOf>[0],
  limit: number = Infinity,
): number {
  return Math.min(updatesOf(plan), limit);
}

/** The usual shape of a stage's clips; real video may have others of about its area. */
export function clipShapeOf(
  { width, height, frames, fps }: Pick<
    StagePlan,
    "width" | "height" | "frames" | "fps"
  >,
): ClipShape {
  return { frames, height, width, fps };
}
