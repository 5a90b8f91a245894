import * as tf from "@tensorflow/tfjs-core";

/**
 * The same values, of which a loss teaches nothing to what made them.
 *
 * @example
 * ```ts
 * import "lib/compiler/eager.ts";
 * import * as tf from "@tensorflow/tfjs-core";
 * import { withoutGradient } from "lib/models/layers/mod.ts";
 * import assert from "node:assert/strict";
 *
 * const slope = tf.grad((x: tf.Tensor) => tf.mul(x, withoutGradient(x)));
 * assert.equal(slope(tf.scalar(3)).dataSync()[0], 3); // not 6
 * ```
 */
export function withoutGradient(x: tf.Tensor): tf.Tensor {
  const held = tf.customGrad((x) => ({
    value: tf.mul(x as tf.Tensor, 1),
    gradFunc: (slope: tf.Tensor) => tf.mul(slope, 0),
  }));
  return held(x);
}
