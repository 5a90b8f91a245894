import type * as tf from "@tensorflow/tfjs-core";
import {
  copyOf,
  type MapLeaves,
  type NdArray,
  Rng,
  sizeOf,
  zeros,
} from "../../core/mod.ts";
import { fillNormal } from "./_normal_values.ts";

/** Parameters as a model computes with them: TF.js tensors in place of arrays. */
export type Tensors<P> = MapLeaves<P, NdArray, tf.Tensor>;

/**
 * Weights before training: normal values of mean 0 and standard deviation `std`.
 *
 * @example
 * ```ts
 * import { normal } from "lib/models/layers/mod.ts";
 * import { Rng } from "lib/core/mod.ts";
 * import assert from "node:assert/strict";
 *
 * const { data } = normal(new Rng(0), [1000], 2);
 * const variance = data.reduce((sum, v) => sum + v * v, 0) / 1000;
 * assert.ok(variance > 3 && variance < 5);
 * ```
 */
export function normal(
  rng: Rng,
  shape: readonly number[],
  std: number,
): NdArray<"float32"> {
  if (rng instanceof MetaRng) return sharedZeros(shape);
  const array = zeros(shape);
  if (std !== 0) fillNormal(array.data, rng, std);
  return array;
}

let shared = new ArrayBuffer(0);

/** Zeros in one buffer that all such arrays share: they must not be written. */
function sharedZeros(shape: readonly number[]): NdArray<"float32"> {
  const size = sizeOf(shape);
  if (shared.byteLength < 4 * size) shared = new ArrayBuffer(4 * size);
  return { dtype: "float32", shape, data: new Float32Array(shared, 0, size) };
}

/** Marks that no weights are to be drawn. */
class MetaRng extends Rng {
  override fork(): Rng {
    return this;
  }
}

/**
 * A generator for models whose parameters are wanted by name and shape alone, as
 * PyTorch's meta device: weights are zeros in memory that all share, and take
 * neither time nor memory.
 *
 * @example
 * ```ts
 * import { initLinear, metaInit } from "lib/models/layers/mod.ts";
 * import assert from "node:assert/strict";
 *
 * const { weight } = initLinear(metaInit(), 100, 200);
 * assert.deepEqual(weight.shape, [100, 200]);
 * assert.equal(weight.data[0], 0);
 * ```
 */
export function metaInit(): Rng {
  return new MetaRng(0);
}

/**
 * Layers by their place: `{ block00: ..., block01: ... }`. The prefix keeps them
 * in order, since JavaScript sorts keys that are numbers before all others.
 *
 * @example
 * ```ts
 * import { stack } from "lib/models/layers/mod.ts";
 * import assert from "node:assert/strict";
 *
 * assert.deepEqual(stack("block", 2, (place) => place), { block00: 0, block01: 1 });
 * ```
 */
export function stack<P>(
  prefix: string,
  count: number,
  init: (place: number, name: string) => P,
): Record<string, P> {
  return Object.fromEntries(
    Array.from({ length: count }, (_, place) => {
      const name = prefix + String(place).padStart(2, "0");
      return [name, init(place, name)];
    }),
  );
}

/**
 * A larger array with another of the same rank in its leading corner: trained
 * weights in a wider layer (Net2Net, arXiv 1511.05641).
 *
 * @param larger At least as long along every axis; it is not changed.
 *
 * @example
 * ```ts
 * import { copyIntoCorner } from "lib/models/layers/mod.ts";
 * import { float32, zeros } from "lib/core/mod.ts";
 * import assert from "node:assert/strict";
 *
 * const wider = copyIntoCorner(float32([2, 1], [5, 6]), zeros([2, 2]));
 * assert.deepEqual([...wider.data], [5, 0, 6, 0]);
 * ```
 */
export function copyIntoCorner<A extends NdArray>(array: A, larger: A): A {
  const result = copyOf(larger);
  const width = array.shape.at(-1) ?? 1;
  for (let from = 0; from < array.data.length; from += width) {
    result.data.set(
      array.data.subarray(from, from + width),
      offsetOf(from, array.shape, larger.shape),
    );
  }
  return result;
}

/** The offset in the larger array of a number of the smaller one. */
function offsetOf(
  index: number,
  shape: readonly number[],
  larger: readonly number[],
): number {
  let [rest, offset, stride] = [index, 0, 1];
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    offset += rest % shape[axis]! * stride;
    rest = Math.floor(rest / shape[axis]!);
    stride *= larger[axis]!;
  }
  return offset;
}
