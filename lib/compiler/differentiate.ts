import * as tf from "@tensorflow/tfjs-core";
import { leavesOf, mapTree, treeFrom } from "../core/mod.ts";
import "./trace/gradients/register.ts";
import { isTensor } from "./trace/trace.ts";

/** A loss to minimise, and metrics. */
export interface Loss<A> {
  /** A scalar. */
  readonly loss: tf.Tensor;
  /** A tree of tensors, passed through. */
  readonly metrics: A;
}

/**
 * Evaluates a loss and its gradient with respect to a tree of parameters, by
 * TF.js's own differentiation; works eagerly and while tracing.
 *
 * @returns the loss, and gradients as a tree of the form of the parameters; zero
 *   for parameters that do not affect the loss, and for fixed ones
 *
 * @param isFixed Whether the parameter of a path is a constant without gradient;
 *   default: none is.
 *
 * @example
 * ```ts
 * import "@tensorflow/tfjs-backend-cpu";
 * import * as tf from "@tensorflow/tfjs-core";
 * import { lossAndGradients } from "lib/compiler/mod.ts";
 * import assert from "node:assert/strict";
 *
 * const { gradients } = lossAndGradients(
 *   ({ w }) => ({ loss: tf.sum(tf.square(w)), metrics: {} }),
 *   { w: tf.tensor1d([1, 2]) },
 * );
 * assert.deepEqual([...gradients.w.dataSync()], [2, 4]);
 * ```
 */
export function lossAndGradients<P, A>(
  lossOf: (parameters: P) => Loss<A>,
  parameters: P,
  isFixed: (path: string) => boolean = () => false,
): Loss<A> & { readonly gradients: P } {
  const leaves = leavesOf(parameters, isTensor);
  const free = leaves.filter(([path]) => !isFixed(path));
  let metrics: A;
  const { value, grads } = tf.engine().gradients(
    () => {
      const result = lossOf(parameters);
      // TF.js disposes of all other tensors of the forward pass: these are kept
      // until a copy outside belongs to the caller's scope.
      metrics = mapTree(
        result.metrics,
        isTensor,
        (tensor) => tf.keep(tf.clone(tensor)),
      ) as A;
      return result.loss;
    },
    free.map(([, tensor]) => tensor),
    undefined,
    true,
  );
  const handedOn = mapTree(metrics!, isTensor, (kept) => {
    const copy = tf.clone(kept);
    kept.dispose();
    return copy;
  }) as A;
  const found = new Map(free.map(([path], i) => [path, grads[i]]));
  const gradients = treeFrom(
    leaves.map(([path, tensor]) =>
      [path, found.get(path) ?? tf.zerosLike(tensor)] as const
    ),
  ) as P;
  return { loss: value, metrics: handedOn, gradients };
}
