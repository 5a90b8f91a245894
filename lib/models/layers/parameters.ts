import type * as tf from "@tensorflow/tfjs-core";
import { type MapLeaves, type NdArray, Rng, zeros } from "../../core/mod.ts";
import { fillNormal } from "./_normal_values.ts";

/** Parameters as a model computes with them: TF.js tensors in place of arrays. */
export type Tensors<P> = MapLeaves<P, NdArray, tf.Tensor>;

/**
 * Normal values with a standard deviation: weights before training.
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
  const array = zeros(shape);
  // Memory that nobody writes to is not taken from the machine.
  if (std !== 0 && !(rng instanceof MetaRng)) {
    fillNormal(array.data, rng, std);
  }
  return array;
}

/** A generator that draws no weights. */
class MetaRng extends Rng {
  override fork(): Rng {
    return this;
  }
}

/**
 * A generator for models of which only the names and shapes of the parameters
 * are wanted: weights stay zero and cost neither time nor memory, however large
 * the model is.
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
 * Ones: scales of norms before training.
 *
 * @example
 * ```ts
 * import { ones } from "lib/models/layers/mod.ts";
 * import assert from "node:assert/strict";
 *
 * assert.deepEqual([...ones([2]).data], [1, 1]);
 * ```
 */
export function ones(shape: readonly number[]): NdArray<"float32"> {
  const array = zeros(shape);
  array.data.fill(1);
  return array;
}

/**
 * Layers of a stack by their place: `{ block00: ..., block01: ... }`. The word
 * in front keeps them in order: names that are numbers JavaScript would sort
 * before all others.
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
