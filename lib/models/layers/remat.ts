import type * as tf from "@tensorflow/tfjs-core";

/**
 * Wraps a block without changing its result: the compiler's `remat` (gradient
 * checkpointing), which trades time for memory.
 */
export type Remat = <P, A>(
  block: (parameters: P, activations: A) => tf.Tensor,
) => (parameters: P, activations: A) => tf.Tensor;

/** How the blocks of a model are run. */
export interface BlockOptions {
  readonly remat?: Remat;
}
