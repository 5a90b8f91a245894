import * as tf from "@tensorflow/tfjs-core";
import { float32, type NdArray } from "../../core/mod.ts";
import type { Tensors } from "./parameters.ts";

/** Added to a mean square before its square root. */
const EPSILON = 1e-6;

/** Scale of each channel, `[C]`. */
export interface NormParameters {
  readonly scale: NdArray;
}

/** Makes a norm of scale one. */
export function initNorm(channels: number): NormParameters {
  return { scale: float32([channels], new Float32Array(channels).fill(1)) };
}

/**
 * Root-mean-square norm over the last axis: `[...,C] -> [...,C]`
 * (Zhang & Sennrich 2019, arXiv 1910.07467).
 *
 * Each position is normalised by its own channels alone, so that a clip coded in
 * tiles gives the same as the whole clip.
 *
 * @example
 * ```ts
 * import "lib/compiler/eager.ts";
 * import * as tf from "@tensorflow/tfjs-core";
 * import { rmsNorm } from "lib/models/layers/mod.ts";
 * import assert from "node:assert/strict";
 *
 * const y = rmsNorm({ scale: tf.tensor1d([1, 2]) }, tf.tensor2d([[3, 3]]));
 * assert.deepEqual([...y.dataSync()].map((v) => v.toFixed(3)), ["1.000", "2.000"]);
 * ```
 */
export function rmsNorm(
  { scale }: Tensors<NormParameters>,
  x: tf.Tensor,
): tf.Tensor {
  return tf.mul(divideByRoot(x), scale);
}

/**
 * Layer norm over the last axis without parameters: `[...,C] -> [...,C]` of
 * mean 0 and variance 1 (Ba et al. 2016, arXiv 1607.06450). Scale and shift
 * come from the timestep (adaLN).
 *
 * @example
 * ```ts
 * import "lib/compiler/eager.ts";
 * import * as tf from "@tensorflow/tfjs-core";
 * import { layerNorm } from "lib/models/layers/mod.ts";
 * import assert from "node:assert/strict";
 *
 * const y = layerNorm(tf.tensor2d([[1, 3]]));
 * assert.deepEqual([...y.dataSync()].map((v) => v.toFixed(3)), ["-1.000", "1.000"]);
 * ```
 */
export function layerNorm(x: tf.Tensor): tf.Tensor {
  return divideByRoot(tf.sub(x, tf.mean(x, -1, true)));
}

/**
 * `x / sqrt(mean(x^2) + epsilon)` over the last axis.
 *
 * With `y` the result and `r` the inverse root, the gradient is
 * `r (dy - y mean(dy y))`, written out because those of the parts would pass
 * over memory twice as often.
 */
function divideByRoot(x: tf.Tensor): tf.Tensor {
  return tf.customGrad((x, save) => {
    const squares = tf.mean(tf.square(x as tf.Tensor), -1, true);
    const r = tf.rsqrt(tf.add(squares, EPSILON));
    const y = tf.mul(x as tf.Tensor, r);
    (save as tf.GradSaveFunc)([y, r]);
    return {
      value: y,
      gradFunc: (dy, saved) => {
        const [y, r] = saved as [tf.Tensor, tf.Tensor];
        const along = tf.mean(tf.mul(dy, y), -1, true);
        return tf.mul(tf.sub(dy, tf.mul(y, along)), r);
      },
    };
  })(x);
}
