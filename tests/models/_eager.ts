import assert from "node:assert/strict";
import * as tf from "@tensorflow/tfjs-core";
import "lib/compiler/eager.ts";
import { arraysOf, tensorsOf } from "lib/compiler/mod.ts";
import { type MapLeaves, type NdArray, Rng, sizeOf } from "lib/core/mod.ts";
import type { Tensors } from "lib/models/layers/mod.ts";

/** Results as plain data. */
export interface Values {
  readonly shape: readonly number[];
  readonly data: ArrayLike<number>;
}

/**
 * Runs a function of tensors eagerly on TF.js's CPU backend, the oracle of all
 * models. Asserts that it leaves no tensor behind.
 *
 * @param inputs Trees of arrays, given to the function as tensors.
 * @returns arrays in the form of the tensors that the function returns.
 */
export function eagerly<I, O>(
  inputs: I,
  fn: (inputs: Tensors<I>) => O,
): MapLeaves<O, tf.Tensor, NdArray> {
  const before = tf.memory().numTensors;
  tf.engine().startScope();
  try {
    return arraysOf(fn(tensorsOf(inputs) as unknown as Tensors<I>));
  } finally {
    tf.engine().endScope();
    assert.equal(tf.memory().numTensors, before, "tensors were left behind");
  }
}

/** Asserts a shape, and values to within a tolerance of each. */
export function assertClose(
  actual: Values,
  expected: Values,
  tolerance = 1e-5,
): void {
  assert.deepEqual([...actual.shape], [...expected.shape]);
  assert.equal(actual.data.length, expected.data.length);
  for (let i = 0; i < expected.data.length; i++) {
    const [found, wanted] = [actual.data[i]!, expected.data[i]!];
    // Not `>`, which would let NaN pass.
    if (!(Math.abs(found - wanted) <= tolerance)) {
      assert.fail(`at ${i}: expected ${wanted} +- ${tolerance}, got ${found}`);
    }
  }
}

/** Largest difference of two arrays. */
export function distance(a: Values, b: Values): number {
  assert.equal(a.data.length, b.data.length);
  return Array.from(a.data).reduce(
    (largest, value, i) => Math.max(largest, Math.abs(value - b.data[i]!)),
    0,
  );
}

/** Normal values that a name alone determines. */
export function random(
  name: string,
  shape: readonly number[],
): NdArray<"float32"> {
  return new Rng(7).fork(name).normals(shape);
}

/** Values from a function of the place: an oracle in plain loops. */
export function filled(
  shape: readonly number[],
  at: (...place: number[]) => number,
): Values {
  const data = Array.from({ length: sizeOf(shape) }, (_, flat) => {
    const place: number[] = [];
    for (let axis = shape.length - 1, rest = flat; axis >= 0; axis--) {
      place.unshift(rest % shape[axis]!);
      rest = Math.floor(rest / shape[axis]!);
    }
    return at(...place);
  });
  return { shape, data };
}

/** The value at a place; zero outside, as convolutions see it. */
export function valueAt({ shape, data }: Values, ...place: number[]): number {
  let flat = 0;
  for (const [axis, index] of place.entries()) {
    if (index < 0 || index >= shape[axis]!) return 0;
    flat = flat * shape[axis]! + index;
  }
  return data[flat]!;
}

/** The sum of a function of `0, 1, ..., count - 1`. */
export function sumOf(count: number, term: (i: number) => number): number {
  let sum = 0;
  for (let i = 0; i < count; i++) sum += term(i);
  return sum;
}
