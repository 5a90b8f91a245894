import type * as tf from "@tensorflow/tfjs-core";
import {
  type MapLeaves,
  type NdArray,
  type Rng,
  zeros,
} from "../../core/mod.ts";

/** Parameters as a model computes with them: TF.js tensors in place of arrays. */
export type Tensors<P> = MapLeaves<P, NdArray, tf.Tensor>;

/** Normal values with a standard deviation: weights before training. */
export function normal(
  rng: Rng,
  shape: readonly number[],
  deviation: number,
): NdArray<"float32"> {
  const array = rng.normals(shape);
  for (let i = 0; i < array.data.length; i++) array.data[i]! *= deviation;
  return array;
}

/** Ones: scales of norms before training. */
export function ones(shape: readonly number[]): NdArray<"float32"> {
  const array = zeros(shape);
  array.data.fill(1);
  return array;
}

/**
 * Layers of a stack by their place: `{ block00: ..., block01: ... }`. The word
 * in front keeps them in order: names that are numbers JavaScript would sort
 * before all others.
 */
export function stack<P>(
  word: string,
  count: number,
  init: (place: number, name: string) => P,
): Record<string, P> {
  return Object.fromEntries(
    Array.from({ length: count }, (_, place) => {
      const name = word + String(place).padStart(2, "0");
      return [name, init(place, name)];
    }),
  );
}
