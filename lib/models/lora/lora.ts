import * as tf from "@tensorflow/tfjs-core";
import {
  copyOf,
  isNdArray,
  leavesOf,
  mapTree,
  matrixShape,
  type NdArray,
  type Rng,
  type Tree,
  treeFrom,
  zeros,
} from "../../core/mod.ts";
import { normal } from "../layers/mod.ts";
import type { LoraConfig } from "./config.ts";
import { loraTargets } from "./targets.ts";

/**
 * A low-rank change of a weight `[...k,in,out]`: the product of its factors,
 * which reads a convolution's kernel as a matrix `[k in,out]`.
 */
export interface Adapter<T = NdArray> {
  /** `[k in,rank]`. */
  readonly A: T;
  /** `[rank,out]`. */
  readonly B: T;
}

/** Adapters at the paths of the weights that they change. */
export type LoraParameters<T = NdArray> = Tree<Adapter<T>>;

/**
 * Makes adapters: `A` normal of std `1 / sqrt(k in)`, `B` zero, so that the model
 * does not change at first (LoRA: Hu et al. 2021, arXiv 2106.09685).
 *
 * @param parameters Of the model, for their paths and shapes.
 * @throws {InputError} naming a target that names nothing
 */
export function initLora(
  parameters: unknown,
  { rank, targets }: LoraConfig,
  rng: Rng,
): LoraParameters {
  const leaves = leavesOf(parameters, isNdArray);
  return treeFrom(
    loraTargets(leaves, targets).map(([path, { shape }]) => {
      const [from, to] = matrixShape(shape);
      const A = normal(rng.fork(path), [from, rank], 1 / Math.sqrt(from));
      return [path, { A, B: zeros([rank, to]) }];
    }),
  );
}

/**
 * Parameters with adapters: `weight + scale A B` where there is one. The layers
 * know nothing of it, and gradients reach `A` and `B`.
 *
 * @param scale `loraScale` of the configuration.
 *
 * @example
 * ```ts
 * import "lib/compiler/eager.ts";
 * import * as tf from "@tensorflow/tfjs-core";
 * import { adapted } from "lib/models/lora/mod.ts";
 * import assert from "node:assert/strict";
 *
 * const adapter = { A: tf.tensor2d([[1], [2]]), B: tf.tensor2d([[3, 0]]) };
 * const { weight } = adapted({ weight: tf.ones([2, 2]) }, { weight: adapter }, 0.5);
 * assert.deepEqual([...weight.dataSync()], [2.5, 1, 4, 1]);
 * ```
 */
export function adapted<P>(
  parameters: P,
  adapters: LoraParameters<tf.Tensor>,
  scale: number,
): P {
  const found = new Map(leavesOf(adapters, isAdapter<tf.Tensor>));
  return mapTree(parameters, isTensor, (weight, path) => {
    const adapter = found.get(path);
    if (!adapter) return weight;
    const product = tf.matMul(tf.mul(adapter.A, scale), adapter.B);
    return tf.add(weight, tf.reshape(product, weight.shape));
  }) as P;
}

/**
 * Arrays with adapters, as {@link adapted} has tensors; those without one are the
 * same arrays.
 *
 * @example
 * ```ts
 * import { float32 } from "lib/core/mod.ts";
 * import { merged } from "lib/models/lora/mod.ts";
 * import assert from "node:assert/strict";
 *
 * const adapter = { A: float32([2, 1], [1, 2]), B: float32([1, 2], [3, 0]) };
 * const base = { weight: float32([2, 2], [1, 1, 1, 1]) };
 * const { weight } = merged(base, { weight: adapter }, 0.5);
 * assert.deepEqual([...weight.data], [2.5, 1, 4, 1]);
 * ```
 */
export function merged<P>(
  parameters: P,
  adapters: LoraParameters,
  scale: number,
): P {
  const found = new Map(adaptersOf(adapters));
  return mapTree(parameters, isNdArray, (weight, path) => {
    const adapter = found.get(path);
    return adapter ? mergedWeight(weight, adapter, scale) : weight;
  }) as P;
}

/** The adapters of a tree of arrays, by the paths of their weights. */
export function adaptersOf(
  adapters: LoraParameters,
): [path: string, adapter: Adapter][] {
  return leavesOf(adapters, isAdapter<NdArray>);
}

/** A weight with its adapter, a new array. */
export function mergedWeight(
  weight: NdArray,
  { A, B }: Adapter,
  scale: number,
): NdArray {
  const result = copyOf(weight);
  const [rows, columns] = matrixShape(weight.shape);
  const rank = A.shape[1]!;
  const change = new Float64Array(columns);
  for (let row = 0; row < rows; row++) {
    change.fill(0);
    for (let k = 0; k < rank; k++) {
      const factor = scale * A.data[row * rank + k]!;
      const begin = k * columns;
      for (let i = 0; i < columns; i++) {
        change[i]! += factor * B.data[begin + i]!;
      }
    }
    const begin = row * columns;
    for (let i = 0; i < columns; i++) result.data[begin + i]! += change[i]!;
  }
  return result;
}

function isAdapter<T>(node: unknown): node is Adapter<T> {
  return typeof node === "object" && node !== null && "A" in node &&
    "B" in node;
}

function isTensor(node: unknown): node is tf.Tensor {
  return node instanceof tf.Tensor;
}
