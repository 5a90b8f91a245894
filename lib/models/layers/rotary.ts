import * as tf from "@tensorflow/tfjs-core";
import { float32, type NdArray } from "../../core/mod.ts";

/** Cosines and sines of the angles by which features are turned, `[N,d/2]` each. */
export interface RotaryTable {
  readonly cos: NdArray<"float32">;
  readonly sin: NdArray<"float32">;
}

/** Where tokens lie along one axis, and which wavelengths tell them apart. */
export interface RotaryAxis {
  /** Position of each token, `N` of them, in the axis's unit. */
  readonly positions: readonly number[];
  /** Shortest and longest wavelength, in the same unit. */
  readonly wavelengths: readonly [shortest: number, longest: number];
}

/**
 * Angles for rotary position embedding (Su et al. 2021, arXiv 2104.09864) over
 * several axes: the `d/2` pairs of a head are dealt out to the axes in turn,
 * each axis has wavelengths in geometric steps.
 *
 * @param headWidth `d`, even.
 * @returns radians, `N` rows of `d/2`.
 *
 * @example
 * ```ts
 * import { rotaryAngles } from "lib/models/layers/mod.ts";
 * import assert from "node:assert/strict";
 *
 * const [first, second] = rotaryAngles([{ positions: [0, 1], wavelengths: [4, 4] }], 2);
 * assert.deepEqual([first, second], [0, Math.PI / 2]);
 * ```
 */
export function rotaryAngles(
  axes: readonly RotaryAxis[],
  headWidth: number,
): Float64Array {
  const pairs = headWidth / 2;
  const tokens = axes[0]!.positions.length;
  const angles = new Float64Array(tokens * pairs);
  for (let pair = 0; pair < pairs; pair++) {
    const axis = axes[pair % axes.length]!;
    const steps = Math.ceil((pairs - (pair % axes.length)) / axes.length);
    const [shortest, longest] = axis.wavelengths;
    const step = Math.floor(pair / axes.length) / Math.max(1, steps - 1);
    const wavelength = shortest * (longest / shortest) ** step;
    for (let token = 0; token < tokens; token++) {
      angles[token * pairs + pair] = 2 * Math.PI * axis.positions[token]! /
        wavelength;
    }
  }
  return angles;
}

/**
 * Cosines and sines of {@link rotaryAngles}.
 *
 * @example
 * ```ts
 * import { rotaryTable } from "lib/models/layers/mod.ts";
 * import assert from "node:assert/strict";
 *
 * const { cos } = rotaryTable([{ positions: [0, 1], wavelengths: [2, 2] }], 2);
 * assert.deepEqual([...cos.data], [1, -1]);
 * ```
 */
export function rotaryTable(
  axes: readonly RotaryAxis[],
  headWidth: number,
): RotaryTable {
  const angles = rotaryAngles(axes, headWidth);
  const shape = [axes[0]!.positions.length, headWidth / 2];
  return {
    cos: float32(shape, angles.map(Math.cos)),
    sin: float32(shape, angles.map(Math.sin)),
  };
}

/**
 * Turns the features of each token: `[...,N,d] -> [...,N,d]`.
 *
 * @example
 * ```ts
 * import "lib/compiler/eager.ts";
 * import * as tf from "@tensorflow/tfjs-core";
 * import { rotate } from "lib/models/layers/mod.ts";
 * import assert from "node:assert/strict";
 *
 * // A quarter turn of the pair (1, 0).
 * const turn = { cos: tf.tensor2d([[0]]), sin: tf.tensor2d([[1]]) };
 * assert.deepEqual([...rotate(tf.tensor2d([[1, 0]]), turn).dataSync()], [0, 1]);
 * ```
 */
export function rotate(
  x: tf.Tensor,
  { cos, sin }: { readonly cos: tf.Tensor; readonly sin: tf.Tensor },
): tf.Tensor {
  const [a, b] = tf.split(x, 2, -1) as [tf.Tensor, tf.Tensor]; // [...,N,d/2]
  return tf.concat([
    tf.sub(tf.mul(a, cos), tf.mul(b, sin)),
    tf.add(tf.mul(a, sin), tf.mul(b, cos)),
  ], -1);
}
