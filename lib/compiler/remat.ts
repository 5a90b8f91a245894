import * as tf from "@tensorflow/tfjs-core";
import { leavesOf, treeFrom } from "../core/mod.ts";
import { isTracing } from "./trace/backend.ts";
import { BARRIER } from "./trace/lower/table.ts";
import { isTensor } from "./trace/trace.ts";

/** A part of a model: one tensor from parameters and activations. */
export type Block<P, A> = (parameters: P, activations: A) => tf.Tensor;

/**
 * Gradient checkpointing (rematerialisation): a block keeps only its inputs
 * between the passes and is computed again when its gradient is needed, memory
 * for time (Chen et al. 2016, Training Deep Nets with Sublinear Memory Cost,
 * arXiv 1604.06174).
 *
 * The second computation depends on a barrier that waits for the gradient, so
 * that the runtime neither runs it early nor merges it with the first one.
 *
 * @param block A pure function; trees of tensors in, one tensor out.
 *
 * @example
 * ```ts
 * import "lib/compiler/eager.ts";
 * import * as tf from "@tensorflow/tfjs-core";
 * import { lossAndGradients, remat } from "lib/compiler/mod.ts";
 * import assert from "node:assert/strict";
 *
 * const block = remat(({ w }: { w: tf.Tensor }, { x }: { x: tf.Tensor }) =>
 *   tf.tanh(tf.mul(w, x))
 * );
 * const { gradients } = lossAndGradients(
 *   ({ w }) => ({ loss: tf.sum(block({ w }, { x: tf.tensor1d([0, 0]) })), metrics: {} }),
 *   { w: tf.tensor1d([1, 2]) },
 * );
 * assert.deepEqual([...gradients.w.dataSync()], [0, 0]);
 * ```
 */
export function remat<P, A>(block: Block<P, A>): Block<P, A> {
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
    const recomputed = tf.customGrad((...args) => {
      const save: unknown = args.pop();
      const tensors = args as tf.Tensor[];
      (save as tf.GradSaveFunc)(tensors);
      return {
        value: run(tensors),
        gradFunc: (dy, saved) => gradientsOf(run, saved, own.length, dy),
      };
    });
    return recomputed(...inputs);
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
  // TF.js differentiates once at a time and drops its tape at the end of any
  // differentiation: the tape of the outer one is put back.
  const { state } = tf.engine();
  const tape = state.activeTape;
  const { grads } = tf.engine().gradients(
    () => run(inputs),
    inputs,
    dy,
    true,
  );
  state.activeTape = tape;
  return inputs.map((tensor, i) => grads[i] ?? tf.zerosLike(tensor));
}
