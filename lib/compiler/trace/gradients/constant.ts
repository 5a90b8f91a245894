import * as tf from "@tensorflow/tfjs-core";

/**
 * Kernels through which no gradient flows and for which TF.js has no entry,
 * so that differentiating `where(x > 0, ...)` would throw.
 */
const CONSTANT_KERNELS = [
  tf.Equal,
  tf.Greater,
  tf.GreaterEqual,
  tf.Less,
  tf.LessEqual,
  tf.LogicalAnd,
  tf.LogicalNot,
  tf.LogicalOr,
  tf.LogicalXor,
  tf.NotEqual,
];

/** Zero gradients of comparisons and logic. */
export const CONSTANT_GRADIENTS: readonly tf.GradConfig[] = CONSTANT_KERNELS
  .map((kernelName) => {
    const inputsToSave = kernelName === tf.LogicalNot ? ["x"] : ["a", "b"];
    return {
      kernelName,
      inputsToSave,
      gradFunc: (_dy, saved) =>
        Object.fromEntries(
          inputsToSave.map((name, i) => [
            name,
            () => tf.zeros((saved as tf.Tensor[])[i]!.shape),
          ]),
        ),
    };
  });
