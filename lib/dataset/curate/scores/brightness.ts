import type { Plane } from "../flow/plane.ts";

/** Mean and spread of luma. */
export interface Brightness {
  /** Mean luma, in [0,1]. */
  readonly mean: number;
  /** Standard deviation of luma, in [0,0.5]. */
  readonly contrast: number;
}

/**
 * Mean and standard deviation of luma.
 *
 * @example
 * ```ts
 * import { brightnessOf } from "lib/dataset/curate/scores/brightness.ts";
 * import assert from "node:assert/strict";
 *
 * assert.deepEqual(
 *   brightnessOf({ width: 2, height: 1, data: Uint8Array.of(0, 255) }),
 *   { mean: 0.5, contrast: 0.5 },
 * );
 * ```
 */
export function brightnessOf({ data }: Plane): Brightness {
  let sum = 0, squares = 0;
  for (let i = 0; i < data.length; i++) {
    const value = data[i]!;
    sum += value;
    squares += value * value;
  }
  const mean = sum / data.length;
  const variance = Math.max(0, squares / data.length - mean * mean);
  return { mean: mean / 255, contrast: Math.sqrt(variance) / 255 };
}
