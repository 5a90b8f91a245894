// tfjs-core leaves the gradients out; the whole package registers them.
import "@tensorflow/tfjs";
import * as tf from "@tensorflow/tfjs-core";
import { CONSTANT_GRADIENTS } from "./constant.ts";
import { CUMULATIVE_GRADIENTS } from "./cumulative.ts";
import { DILATED_CONVOLUTION_GRADIENTS } from "./dilated_convolution.ts";
import { EINSUM_GRADIENTS } from "./einsum.ts";
import { MOVEMENT_GRADIENTS } from "./movement.ts";
import { TRANSPOSED_CONVOLUTION_GRADIENTS } from "./transposed_convolution.ts";

/** Gradients that TF.js lacks, and one that is wrong in it (Cumsum). */
const GRADIENTS: readonly tf.GradConfig[] = [
  ...CONSTANT_GRADIENTS,
  ...CUMULATIVE_GRADIENTS,
  ...DILATED_CONVOLUTION_GRADIENTS,
  ...EINSUM_GRADIENTS,
  ...MOVEMENT_GRADIENTS,
  ...TRANSPOSED_CONVOLUTION_GRADIENTS,
];

/**
 * Registers the missing gradients with TF.js, once. Eager functions use them too,
 * and so stay the oracle of the compiled ones.
 */
export function registerGradients(): void {
  for (const gradient of GRADIENTS) {
    if (tf.getGradient(gradient.kernelName) !== gradient) {
      tf.registerGradient(gradient);
    }
  }
}
