import * as tf from "@tensorflow/tfjs-core";
import { float32, type NdArray } from "../../core/mod.ts";
import type { Tensors } from "./parameters.ts";

/** Cosines and sines of rotary angles, `[N,d/2]` each. */
export interface RotaryTable {
  readonly cos: NdArray<"float32">;
  readonly sin: NdArray<"float32">;
}

/** The positions of tokens along one axis. */
export interface RotaryAxis {
  /** Of each of the `N` tokens, in the axis's unit. */
  readonly positions: readonly number[];
  /** Shortest and longest wavelength, in the same unit. */
  readonly wavelengths: readonly [shortest: number, longest: number];
}

/**
 * Angles of rotary position embedding (Su et al. 2021, arXiv 2104.09864) over
 * several axes. The `d/2` pairs of a head go to the axes in turn; the
 * wavelengths of an axis are in geometric progression.
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
 * The rotary tables of a sequence at positions 0, 1, 2, ..., as tensors.
 *
 * @param length N.
 */
export function sequenceRotary(
  length: number,
  wavelengths: RotaryAxis["wavelengths"],
  headWidth: number,
): Tensors<RotaryTable> {
  const positions = Array.from({ length }, (_, i) => i);
  const { cos, sin } = rotaryTable([{ positions, wavelengths }], headWidth);
  return {
    cos: tf.tensor(cos.data, [...cos.shape]),
    sin: tf.tensor(sin.data, [...sin.shape]),
  };
}

/**
 * Rotates pairs of features by the angles of their token:
 * `[...,N,d] -> [...,N,d]`.
 *
 * @example
 * ```ts
 * import "lib/compiler/eager.ts";
 * import * as tf from "@tensorflow/tfjs-core";
 * import { rotate } from "lib/models/layers/mod.ts";
 * import assert from "node:assert/strict";
 *
 * // The pair (1, 0) by a right angle.
 * const angle = { cos: tf.tensor2d([[0]]), sin: tf.tensor2d([[1]]) };
 * assert.deepEqual([...rotate(tf.tensor2d([[1, 0]]), angle).dataSync()], [0, 1]);
 * ```
 */
export function rotate(
  x: tf.Tensor,
  { cos, sin }: Tensors<RotaryTable>,
): tf.Tensor {
  const [a, b] = tf.split(x, 2, -1) as [tf.Tensor, tf.Tensor]; // [...,N,d/2]
  return tf.concat([
    tf.sub(tf.mul(a, cos), tf.mul(b, sin)),
    tf.add(tf.mul(a, sin), tf.mul(b, cos)),
  ], -1);
}
