// tfjs-core leaves the gradients out; the whole package registers them.
import "@tensorflow/tfjs";
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

/** Registers a zero gradient for comparisons and logic, once. */
export function registerZeroGradients(): void {
  for (const kernelName of CONSTANT_KERNELS) {
    if (tf.getGradient(kernelName)) continue;
    const inputsToSave = kernelName === tf.LogicalNot ? ["x"] : ["a", "b"];
    tf.registerGradient({
      kernelName,
      inputsToSave,
      gradFunc: (_dy, saved) =>
        Object.fromEntries(
          inputsToSave.map((name, i) => [
            name,
            () => tf.zeros((saved as tf.Tensor[])[i]!.shape),
          ]),
        ),
    });
  }
}
