import * as tf from "@tensorflow/tfjs-core";
import { remat } from "lib/compiler/mod.ts";
import { bools, type Case, conform, ints, normal, uniform } from "./_case.ts";

const OPTIONS = { tolerance: 1e-5, gradientTolerance: 1e-4 } as const;

function layerNorm(x: tf.Tensor, gain: tf.Tensor, shift: tf.Tensor): tf.Tensor {
  const mean = tf.mean(x, -1, true);
  const centred = tf.sub(x, mean);
  const variance = tf.mean(tf.square(centred), -1, true);
  return tf.add(
    tf.mul(tf.mul(centred, tf.rsqrt(tf.add(variance, 1e-5))), gain),
    shift,
  );
}

function gelu(x: tf.Tensor): tf.Tensor {
  return tf.mul(tf.mul(x, 0.5), tf.add(tf.erf(tf.mul(x, Math.SQRT1_2)), 1));
}

/** Cases of what models are made of. */
export const COMPOSITE_CASES: readonly Case[] = [
  conform(
    "layer normalisation",
    { x: normal([2, 3, 8]), gain: normal([8], 2), shift: normal([8], 3) },
    ({ x, gain, shift }) => layerNorm(x, gain, shift),
    OPTIONS,
  ),
  conform("a gelu", { x: normal([3, 5]) }, ({ x }) => gelu(x), OPTIONS),
  conform(
    "a silu",
    { x: normal([3, 5]) },
    ({ x }) => tf.mul(x, tf.sigmoid(x)),
    OPTIONS,
  ),
  conform("masked attention", {
    q: normal([2, 2, 3, 4]),
    k: normal([2, 2, 5, 4], 2),
    v: normal([2, 2, 5, 4], 3),
    mask: bools([1, 1, 0, 1, 1], [1, 1, 1, 5]),
  }, ({ q, k, v, mask }) => {
    const scores = tf.mul(tf.matMul(q, k, false, true), 0.5);
    const seen = tf.where(
      tf.broadcastTo(mask, scores.shape),
      scores,
      tf.fill(scores.shape, -1e9),
    );
    return tf.matMul(tf.softmax(seen), v);
  }, OPTIONS),
  conform("group normalisation", {
    x: normal([2, 2, 3, 4]),
    gain: normal([4], 2),
  }, ({ x, gain }) => {
    const groups = tf.reshape(x, [2, 6, 2, 2]);
    const { mean, variance } = tf.moments(groups, [1, 3], true);
    const normed = tf.div(
      tf.sub(groups, mean),
      tf.sqrt(tf.add(variance, 1e-5)),
    );
    return tf.mul(tf.reshape(normed, x.shape), gain);
  }, OPTIONS),
  conform("space to depth, a 1x1x1 convolution and back", {
    x: normal([1, 2, 4, 4, 2]),
    w: normal([1, 1, 1, 8, 8], 2),
  }, ({ x, w }) => {
    const apart = tf.transpose(tf.reshape(x, [2, 2, 2, 2, 2, 2]), [
      0,
      1,
      3,
      2,
      4,
      5,
    ]);
    const small = tf.reshape(apart, [1, 2, 2, 2, 8]) as tf.Tensor5D;
    const mixed = tf.conv3d(small, w as tf.Tensor5D, 1, "same");
    return tf.reshape(
      tf.transpose(tf.reshape(mixed, [2, 2, 2, 2, 2, 2]), [0, 1, 3, 2, 4, 5]),
      [1, 2, 4, 4, 2],
    );
  }, OPTIONS),
  conform(
    "cross entropy",
    { x: normal([4, 5]), labels: ints(0, 4, 4, 2) },
    ({ x, labels }) =>
      tf.neg(
        tf.mean(
          tf.sum(
            tf.mul(
              tf.logSoftmax(x),
              tf.cast(tf.oneHot(labels as tf.Tensor1D, 5), "float32"),
            ),
            -1,
          ),
        ),
      ),
    OPTIONS,
  ),
  conform(
    "binary cross entropy",
    { x: normal([6]), y: bools([0, 1, 1, 0, 1, 0]) },
    ({ x, y }) =>
      tf.mean(tf.sub(tf.softplus(x), tf.mul(x, tf.cast(y, "float32")))),
    OPTIONS,
  ),
  conform(
    "a mixture with one value reused",
    { x: uniform([3, 4], 0.5, 2) },
    ({ x }) =>
      tf.div(
        tf.sum(tf.mul(x, tf.log(x)), 1, true),
        tf.add(tf.max(x, 1, true), tf.min(x)),
      ),
    OPTIONS,
  ),
  conform(
    "a gradient inside the function",
    { x: normal([3, 4]) },
    ({ x }) => tf.grad((y) => tf.sum(tf.mul(tf.square(y), tf.sin(y))))(x),
    { ...OPTIONS, gradient: "none" },
  ),
  conform(
    "a gradient of a gradient",
    { x: normal([3, 4]) },
    ({ x }) => tf.grad((y) => tf.sum(tf.mul(tf.mul(y, y), y)))(x),
    OPTIONS,
  ),
  conform(
    "a custom gradient",
    { x: normal([3, 4]) },
    ({ x }) =>
      tf.customGrad((y) => ({
        value: tf.relu(y as tf.Tensor),
        gradFunc: (dy) => tf.mul(dy, 7),
      }))(x),
    OPTIONS,
  ),
  conform(
    "pooling of what is padded",
    { x: normal([1, 6, 6, 2]) },
    ({ x }) =>
      tf.neg(
        tf.maxPool(
          tf.pad(x, [[0, 0], [1, 1], [1, 1], [0, 0]]) as tf.Tensor4D,
          2,
          2,
          "valid",
        ),
      ),
    OPTIONS,
  ),
  conform(
    "a checkpointed block",
    { x: normal([3, 4]), w: normal([4, 4]) },
    ({ x, w }) =>
      remat((p: { w: tf.Tensor }, given: { x: tf.Tensor }) =>
        tf.tanh(tf.matMul(given.x, p.w))
      )({ w }, { x }),
    OPTIONS,
  ),
];
