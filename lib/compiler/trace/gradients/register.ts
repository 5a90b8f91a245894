import { createRequire } from "node:module";
import * as tf from "@tensorflow/tfjs-core";
import { CONSTANT_GRADIENTS } from "./constant.ts";
import { CUMULATIVE_GRADIENTS } from "./cumulative.ts";
import { dilatedConvolutionGradients } from "./dilated_convolution.ts";
import { EINSUM_GRADIENTS } from "./einsum.ts";
import { MOVEMENT_GRADIENTS } from "./movement.ts";
import { TRANSPOSED_CONVOLUTION_GRADIENTS } from "./transposed_convolution.ts";

/** The gradients that TF.js lacks, and one that it has wrong (Cumsum). */
let gradients: readonly tf.GradConfig[] | undefined;

/**
 * Registers TF.js's gradients and those that it lacks, before the first one is
 * taken. Eager functions get them as well, so that they stay the oracle of the
 * compiled ones.
 */
export function registerGradients(): void {
  if (!gradients) {
    // The whole package registers the gradients, which tfjs-core leaves out.
    // Loading it takes 0.2 s, which programs that take none are spared.
    createRequire(import.meta.url)("@tensorflow/tfjs");
    gradients = [
      ...CONSTANT_GRADIENTS,
      ...CUMULATIVE_GRADIENTS,
      ...dilatedConvolutionGradients(),
      ...EINSUM_GRADIENTS,
      ...MOVEMENT_GRADIENTS,
      ...TRANSPOSED_CONVOLUTION_GRADIENTS,
    ];
  }
  for (const gradient of gradients) {
    if (tf.getGradient(gradient.kernelName) !== gradient) {
      tf.registerGradient(gradient);
    }
  }
}
