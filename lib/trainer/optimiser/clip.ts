import * as tf from "@tensorflow/tfjs-core";
import { isTensor } from "../../compiler/mod.ts";
import { leavesOf, mapTree } from "../../core/mod.ts";

/**
 * Scales gradients so that their common norm is at most a limit
 * (Pascanu et al. 2013, arXiv 1211.5063).
 *
 * @param norm Of gradients of which these are a part; default: of these.
 * @returns the scaled gradients, and the norm before scaling.
 */
export function clipByGlobalNorm<P>(
  gradients: P,
  limit: number,
  norm = normOf(gradients),
): { gradients: P; norm: tf.Tensor } {
  const scale = clippingScale(norm, limit);
  return {
    gradients: mapTree(gradients, isTensor, (g) => tf.mul(g, scale)) as P,
    norm,
  };
}

/** The factor that limits a norm, a scalar. */
export function clippingScale(norm: tf.Tensor, limit: number): tf.Tensor {
  return tf.minimum(1, tf.div(limit, tf.add(norm, 1e-12)));
}

/** The common norm of gradients, a scalar. */
export function normOf(gradients: unknown): tf.Tensor {
  const squares = leavesOf(gradients, isTensor).map(([, g]) =>
    tf.sum(tf.square(g))
  );
  // The last layer's gradient is there first. Summed in that order, each can be
  // made and its layer's activations freed before the next (docs/compiler.md).
  return tf.sqrt(tf.addN(squares.toReversed()));
}
