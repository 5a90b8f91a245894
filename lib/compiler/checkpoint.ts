import * as tf from "@tensorflow/tfjs-core";
import { leavesOf, treeFrom } from "../core/mod.ts";
import { BARRIER } from "./trace/lower/barrier.ts";
import { isTensor } from "./trace/trace.ts";
import { isTracing } from "./trace/tracing.ts";

/** A part of a model: one tensor from parameters and activations. */
export type Block<P, A> = (parameters: P, activations: A) => tf.Tensor;

/**
 * Makes a block forget what it computes inside and compute it again when its
 * gradient is needed: memory for time (Chen et al. 2016, Training Deep Nets
 * with Sublinear Memory Cost, arXiv 1604.06174).
 *
 * Only the block's inputs live on between the passes. The second computation
 * stands behind a barrier that waits for the gradient, so that the runtime
 * neither does it early nor recognises it as the first one.
 *
 * @param block A pure function; trees of tensors in, one tensor out.
 *
 * @example
 * ```ts
 * import "lib/compiler/eager.ts";
 * import * as tf from "@tensorflow/tfjs-core";
 * import { checkpoint, lossAndGradients } from "lib/compiler/mod.ts";
 * import assert from "node:assert/strict";
 *
 * const block = checkpoint(({ w }: { w: tf.Tensor }, { x }: { x: tf.Tensor }) =>
 *   tf.tanh(tf.mul(w, x))
 * );
 * const { gradients } = lossAndGradients(
 *   ({ w }) => ({ loss: tf.sum(block({ w }, { x: tf.tensor1d([0, 0]) })), metrics: {} }),
 *   { w: tf.tensor1d([1, 2]) },
 * );
 * assert.deepEqual([...gradients.w.dataSync()], [0, 0]);
 * ```
 */
export function checkpoint<P, A>(block: Block<P, A>): Block<P, A> {
  return (parameters, activations) => {
    const own = leavesOf(parameters, isTensor);
    const given = leavesOf(activations, isTensor);
    const run = (tensors: readonly tf.Tensor[]): tf.Tensor =>
      block(
        treeFrom(own.map(([path], i) => [path, tensors[i]!])) as P,
        treeFrom(
          given.map(([path], i) => [path, tensors[own.length + i]!]),
        ) as A,
      );
    const inputs = [...own, ...given].map(([, tensor]) => tensor);
    const forgetful = tf.customGrad((...args) => {
      const save = args.pop() as unknown as (tensors: tf.Tensor[]) => void;
      const tensors = args as tf.Tensor[];
      save(tensors);
      return {
        value: run(tensors),
        gradFunc: (dy, saved) => gradientsOf(run, saved, own.length, dy),
      };
    });
    return forgetful(...inputs);
  };
}

/** Runs the block again on its saved inputs and differentiates it. */
function gradientsOf(
  run: (tensors: readonly tf.Tensor[]) => tf.Tensor,
  saved: readonly tf.Tensor[],
  parameters: number,
  dy: tf.Tensor,
): tf.Tensor[] {
  // Parameters are large and come from outside: only activations need to wait.
  const inputs = saved.map((tensor, i) =>
    i < parameters || !isTracing() || tensor.dtype !== "float32"
      ? tensor
      : tf.engine().runKernel(BARRIER, { x: tensor, after: dy }) as tf.Tensor
  );
  // TF.js expects one differentiation at a time and forgets its record at the
  // end of any: the one that is under way gets its own back.
  const { state } = tf.engine();
  const record = state.activeTape;
  const { grads } = tf.engine().gradients(
    () => run(inputs),
    inputs,
    dy,
    true,
  );
  state.activeTape = record;
  return inputs.map((tensor, i) => grads[i] ?? tf.zerosLike(tensor));
}
