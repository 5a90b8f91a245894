import * as tf from "@tensorflow/tfjs-core";
import {
  isNdArray,
  leavesOf,
  type MapLeaves,
  mapTree,
  type NdArray,
  treeFrom,
} from "../../core/mod.ts";
import type { Graph, Named, TensorType } from "../ir/graph.ts";
import { verifyGraph } from "../ir/verify.ts";
import { withTracing } from "./backend.ts";
import { ANY_TARGET, type Target } from "./kernel_call.ts";

/** An array, or its type. */
export type Typed = NdArray | TensorType;

/** A tree of TF.js tensors in place of one of arrays. */
export type TensorsOf<X> = MapLeaves<X, Typed, tf.Tensor>;

/** A function that can be traced: trees of tensors in and out, nothing else. */
export type Traceable<I, O> = (inputs: TensorsOf<I>) => O;

/**
 * Records a function over TF.js tensors as a graph.
 *
 * The function runs once, with tensors that have shapes but no values: ordinary
 * TypeScript control flow over shapes and configuration is resolved while tracing.
 * Tensors from outside become constants.
 *
 * @param inputs A tree of arrays (or of their types); paths become input names.
 * @param target The device of the graph; it runs anywhere when left out.
 * @throws {UnsupportedOpError} at the first kernel without an exact form
 *
 * @example
 * ```ts
 * import * as tf from "@tensorflow/tfjs-core";
 * import { printGraph, trace } from "lib/compiler/mod.ts";
 * import { zeros } from "lib/core/mod.ts";
 * import assert from "node:assert/strict";
 *
 * const graph = trace(({ x }) => ({ y: tf.square(x) }), { x: zeros([2]) });
 * assert.equal(printGraph(graph), [
 *   "%x = Input() : float32[2]",
 *   "%1 = Mul(%x, %x) : float32[2]",
 *   "return { y: %1 }",
 * ].join("\n"));
 * ```
 */
export function trace<I, O>(
  fn: Traceable<I, O>,
  inputs: I,
  target: Target = ANY_TARGET,
): Graph {
  const graph = withTracing(({ builder, tensorOf, nodeOf }) => {
    const tensors = mapTree(inputs, isTyped, (leaf, path) => {
      const { dtype, shape } = typeOf(leaf);
      return tensorOf(builder.input(path, dtype, shape));
    }) as TensorsOf<I>;
    const outputs: Named[] = leavesOf(fn(tensors), isTensor).map(
      ([name, tensor]) => ({ name, node: nodeOf(tensor) }),
    );
    return builder.graph(outputs);
  }, target);
  return verifyGraph(graph, "trace");
}

/** Whether a value is a leaf of a tree of arguments. */
export function isTyped(value: unknown): value is Typed {
  return isNdArray(value) ||
    (typeof value === "object" && value !== null && "dtype" in value &&
      "shape" in value && Array.isArray(value.shape));
}

function typeOf({ dtype, shape }: Typed): TensorType {
  return { dtype, shape };
}

/** Whether a value is a TF.js tensor: the leaf of a traced function's trees. */
export function isTensor(value: unknown): value is tf.Tensor {
  return value instanceof tf.Tensor;
}

/** Turns a tree of arrays into a tree of eager TF.js tensors. */
export function tensorsOf<X>(arrays: X): TensorsOf<X> {
  return mapTree(
    arrays,
    isNdArray,
    ({ data, shape, dtype }) => tf.tensor(data, [...shape], dtype),
  ) as TensorsOf<X>;
}

/** Reads a tree of eager TF.js tensors back into arrays. */
export function arraysOf<X>(
  tensors: X,
): MapLeaves<X, tf.Tensor, NdArray> {
  return treeFrom(
    leavesOf(tensors, isTensor).map(([path, tensor]) =>
      [path, {
        dtype: tensor.dtype,
        shape: tensor.shape,
        data: tensor.dataSync(),
      } as NdArray] as const
    ),
  ) as MapLeaves<X, tf.Tensor, NdArray>;
}
