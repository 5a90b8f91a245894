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
 * const flag = clipSizeFlag("size of the clip");
 * assert.deepEqual(flag.parse("8x32x48"), { frames: 8, height: 32, width: 48 });
 * ```
 */
export function clipSizeFlag(
  description: string,
): z.ZodType<GridSize | undefined> {
  return z.string().regex(
    /^[1-9]\d{0,4}x[1-9]\d{0,4}x[1-9]\d{0,4}$/,
    "must be frames x height x width, such as 16x64x64",
  ).transform((text) => {
    const [frames, height, width] = text.split("x").map(Number);
    return { frames: frames!, height: height!, width: width! };
  }).optional().describe(description);
}

/** A flag for the size of crops: `128x96x16` is 128 pixels wide, 96 high, 16 frames. */
export function cropFlag(): z.ZodType<string> {
  return z.string().superRefine((text, context) => {
    const { width, height, frames } = cropSizeOf(text);
    const isLegal = width > 0 && height > 0 && frames > 0 &&
      width % STRIDE === 0 && height % STRIDE === 0 && frames % 4 === 0;
    if (isLegal) return;
    const message =
      `must be WIDTHxHEIGHTxFRAMES, multiples of ${STRIDE}, ${STRIDE} and 4, ` +
      "such as 128x128x16";
    context.addIssue({ code: "custom", message });
  });
}

/** The size that {@link cropFlag} took; zeros for any other text. */
export function cropSizeOf(text: string): GridSize {
  const sides = /^(\d{1,4})x(\d{1,4})x(\d{1,4})$/.exec(text) ?? [];
  const [, width = 0, height = 0, frames = 0] = sides.map(Number);
  return { width, height, frames };
}

/**
 * A flag for the size of frames: `64x48` is 64 pixels wide and 48 high, `64` a
 * square.
 */
export function frameSizeFlag(): z.ZodType<string> {
  return z.coerce.string().superRefine((text, context) => {
    const message = sizeProblem(text);
    if (message) context.addIssue({ code: "custom", message });
  });
}

/** The sides of a size that {@link frameSizeFlag} took, in pixels. */
export function frameSizeOf(text: string): { width: number; height: number } {
  const [width, height = width] = text.split("x").map(Number);
  return { width: width!, height: height! };
}

/** Sides are multiples of this many pixels, up to a limit. */
const STRIDE = 16;
const LARGEST = 4096;

/** The rule that a size breaks; undefined for a legal one. */
function sizeProblem(text: string): string | undefined {
  const sides = /^\d{1,5}(x\d{1,5})?$/.test(text)
    ? text.split("x").map(Number)
    : [];
  if (sides.length === 0) {
    return "must be WIDTHxHEIGHT in pixels, such as 256x144, or one number";
  }
  const nearest = sides.map((side) =>
    Math.min(LARGEST, Math.max(STRIDE, Math.round(side / STRIDE) * STRIDE))
  );
  if (sides.every((side, i) => side === nearest[i])) return;
  return `must be multiples of ${STRIDE} up to ${LARGEST}: the nearest is ${
    nearest.join("x")
  }`;
}
