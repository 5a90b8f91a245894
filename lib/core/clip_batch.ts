import { type Clip, clipShape } from "./clip.ts";
import { float32, type NdArray } from "./ndarray.ts";

/**
 * Puts clips of one size together: `[B,T,H,W,3]` in [0,1].
 *
 * @example
 * ```ts
 * import { batchOfClips } from "lib/core/clip_batch.ts";
 * import assert from "node:assert/strict";
 *
 * const clip = { frames: 1, height: 1, width: 2, fps: 8, data: new Float32Array(6) };
 * assert.deepEqual(batchOfClips([clip, clip]).shape, [2, 1, 1, 2, 3]);
 * ```
 */
export function batchOfClips(clips: readonly Clip[]): NdArray<"float32"> {
  return stackArrays(
    clips.map((clip) => ({
      dtype: "float32",
      shape: clipShape(clip),
      data: clip.data,
    })),
  );
}

/** The clips of a batch `[B,T,H,W,3]`. */
export function clipsOfBatch(batch: NdArray<"float32">, fps: number): Clip[] {
  const [, frames, height, width] = batch.shape as [
    number,
    number,
    number,
    number,
    number,
  ];
  return unstackArrays(batch).map(({ data }) => ({
    frames,
    height,
    width,
    fps,
    data,
  }));
}

/** Puts arrays of one shape together along a new first axis. */
export function stackArrays(
  arrays: readonly NdArray<"float32">[],
): NdArray<"float32"> {
  const { shape, data } = arrays[0]!;
  const stacked = new Float32Array(arrays.length * data.length);
  arrays.forEach((array, i) => stacked.set(array.data, i * data.length));
  return float32([arrays.length, ...shape], stacked);
}

/** The inverse of {@link stackArrays}: the arrays along the first axis. */
export function unstackArrays(
  { shape, data }: NdArray<"float32">,
): NdArray<"float32">[] {
  const [count = 0, ...rest] = shape;
  const size = data.length / count;
  return Array.from(
    { length: count },
    (_, i) => float32(rest, data.subarray(i * size, (i + 1) * size)),
  );
}
