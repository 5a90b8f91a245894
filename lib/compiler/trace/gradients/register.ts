import { createRequire } from "node:module";
import * as tf from "@tensorflow/tfjs-core";
import { CONSTANT_GRADIENTS } from "./constant.ts";
import { CUMULATIVE_GRADIENTS } from "./cumulative.ts";
import { dilatedConvolutionGradients } from "./dilated_convolution.ts";
import { EINSUM_GRADIENTS } from "./einsum.ts";
import { MOVEMENT_GRADIENTS } from "./movement.ts";
import { REDUCTION_GRADIENTS } from "./reduction.ts";
import { TRANSPOSED_CONVOLUTION_GRADIENTS } from "./transposed_convolution.ts";

/**
 * Registers gradients with TF.js when the first one is taken: its own, which
 * tfjs-core leaves out and the whole package registers; those that it lacks; one
 * that it has wrong (Cumsum); and those of sums and means, which it has slow.
 * Eager functions get them as well, so that they stay the oracle of the compiled
 * ones.
 *
 * Loading the package takes 0.2 s, which programs that take no gradient save.
 *
 * @module
 */
const engine = tf.engine();
const { gradients } = engine;
engine.gradients = ((...given: Parameters<typeof gradients>) => {
  engine.gradients = gradients;
  createRequire(import.meta.url)("@tensorflow/tfjs");
  for (
    const gradient of [
      ...CONSTANT_GRADIENTS,
      ...CUMULATIVE_GRADIENTS,
      ...dilatedConvolutionGradients(),
      ...EINSUM_GRADIENTS,
      ...MOVEMENT_GRADIENTS,
      ...REDUCTION_GRADIENTS,
      ...TRANSPOSED_CONVOLUTION_GRADIENTS,
    ]
  ) tf.registerGradient(gradient);
  return engine.gradients(...given);
}) as typeof gradients;
