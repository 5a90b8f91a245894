import * as z from "zod";
import type { GridSize } from "../models/vae/mod.ts";

/**
 * A flag for the size of a clip: `16x64x64` is 16 frames of 64 by 64 pixels.
 *
 * @example
 * ```ts
 * import { clipSizeFlag } from "lib/recipes/clip_size.ts";
 * import assert from "node:assert/strict";
 *
 * const flag = clipSizeFlag("16x64x64", "size of the clip");
 * assert.deepEqual(flag.parse("8x32x48"), { frames: 8, height: 32, width: 48 });
 * ```
 */
export function clipSizeFlag(
  fallback: string,
  description: string,
): z.ZodType<GridSize> {
  return z.string().regex(
    /^[1-9]\d{0,4}x[1-9]\d{0,4}x[1-9]\d{0,4}$/,
    "must be frames x height x width, such as 16x64x64",
  ).default(fallback).transform((text) => {
    const [frames, height, width] = text.split("x").map(Number);
    return { frames: frames!, height: height!, width: width! };
  }).describe(description);
}
