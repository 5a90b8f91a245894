import * as tf from "@tensorflow/tfjs-core";

/**
 * `x * sigmoid(x)` (Elfwing et al. 2017, arXiv 1702.03118).
 *
 * The gradient is written out, `s + y (1 - s)`: those of product and sigmoid
 * apart would pass over memory half as often again.
 *
 * @example
 * ```ts
 * import "lib/compiler/eager.ts";
 * import * as tf from "@tensorflow/tfjs-core";
 * import { silu } from "lib/models/layers/mod.ts";
 * import assert from "node:assert/strict";
 *
 * assert.ok(Math.abs(silu(tf.scalar(1)).dataSync()[0]! - 1 / (1 + Math.exp(-1))) < 1e-6);
 * ```
 */
export function silu(x: tf.Tensor): tf.Tensor {
  return tf.customGrad((x, save) => {
    const s = tf.sigmoid(x as tf.Tensor);
    const y = tf.mul(x as tf.Tensor, s);
    (save as tf.GradSaveFunc)([s, y]);
    return {
      value: y,
      gradFunc: (dy, saved) => {
        const [s, y] = saved as [tf.Tensor, tf.Tensor];
        return tf.mul(dy, tf.add(s, tf.mul(y, tf.sub(1, s))));
      },
    };
  })(x);
}
