import * as tf from "@tensorflow/tfjs-core";

/**
 * `x * sigmoid(x)` (Elfwing et al. 2017, arXiv 1702.03118).
 *
 * Its gradient is written out, `s + y (1 - s)`, since the rules of product and
 * sigmoid apart would pass over the memory half as often again.
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

/**
 * Softmax along any axis; TF.js's own knows the last alone.
 *
 * @param axis From the end where negative.
 *
 * @example
 * ```ts
 * import "lib/compiler/eager.ts";
 * import * as tf from "@tensorflow/tfjs-core";
 * import { softmax } from "lib/models/layers/mod.ts";
 * import assert from "node:assert/strict";
 *
 * const columns = softmax(tf.tensor2d([[0, 5], [0, 5]]), 0);
 * assert.deepEqual([...columns.dataSync()], [0.5, 0.5, 0.5, 0.5]);
 * ```
 */
export function softmax(x: tf.Tensor, axis: number = -1): tf.Tensor {
  const last = x.rank - 1;
  const own = tf.util.parseAxisParam(axis, x.shape)[0]!;
  if (own === last) return tf.softmax(x);
  // The axis and the last change places, and back.
  const places = x.shape.map((_, i) => i);
  const order = places.with(own, last).with(last, own);
  return tf.transpose(tf.softmax(tf.transpose(x, order)), order);
}
