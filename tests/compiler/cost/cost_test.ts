import assert from "node:assert/strict";
import * as tf from "@tensorflow/tfjs-core";
import {
  flopsOf,
  lossAndGradients,
  peakBytes,
  remat,
  trace,
} from "lib/compiler/mod.ts";
import { optimise } from "lib/compiler/passes/pipeline.ts";
import { type NdArray, zeros } from "lib/core/mod.ts";
import { clipByGlobalNorm } from "lib/trainer/optimiser/mod.ts";

Deno.test("flopsOf() counts matrix products and convolutions, gradients included", () => {
  const graph = trace(({ a, b, x, w }) => ({
    batched: tf.matMul(a, b, true, false), // [2,3,7] from [2,5,3] and [2,5,7]
    convolved: tf.conv3d(x as tf.Tensor5D, w as tf.Tensor5D, 1, "same"),
    bent: tf.exp(x),
  }), {
    a: zeros([2, 5, 3]),
    b: zeros([2, 5, 7]),
    x: zeros([1, 4, 4, 4, 2]),
    w: zeros([3, 3, 3, 2, 6]),
  });
  assert.equal(flopsOf(graph), 2 * 2 * 3 * 7 * 5 + 2 * 64 * 6 * 27 * 2);
});

Deno.test("peakBytes() counts what lives at once, views and overwriting left out", () => {
  const matrix = 16 * 16 * 4;
  const graph = trace(({ x }) => {
    const a = tf.matMul(x, x);
    const b = tf.matMul(a, x); // a and b
    const c = tf.exp(tf.reshape(b, [256])); // over b
    return { y: tf.sum(tf.mul(c, tf.reshape(a, [256]))) };
  }, { x: zeros([16, 16]) });
  assert.equal(peakBytes(graph), 2 * matrix);
  const kept = trace(({ x }) => {
    const a = tf.matMul(x, x);
    const b = tf.exp(a);
    return { y: tf.matMul(a, b) }; // a is still read: b needs room of its own
  }, { x: zeros([16, 16]) });
  assert.equal(peakBytes(kept), 2 * matrix);
});

Deno.test("peakBytes() shows what recomputing saves", () => {
  const layers = Array.from({ length: 12 }, (_, i) => `w${10 + i}`);
  const block = ({ w }: { w: tf.Tensor }, { x }: { x: tf.Tensor }): tf.Tensor =>
    tf.add(x, tf.matMul(tf.tanh(tf.matMul(x, w)), w, false, true));
  const peak = (wrap: typeof remat): number =>
    peakBytes(optimise(trace(({ x, ...weights }) => {
      const wrapped = wrap(block);
      const { gradients } = lossAndGradients((p: Record<string, tf.Tensor>) => {
        const y = layers.reduce((y, w) => wrapped({ w: p[w]! }, { x: y }), x!);
        return { loss: tf.sum(y), metrics: {} };
      }, weights);
      return clipByGlobalNorm(gradients, 1);
    }, {
      x: zeros([64, 8]),
      ...Object.fromEntries(layers.map((w) => [w, zeros([8, 256])])),
    } as Record<string, NdArray>)));
  const plain = peak((block) => block);
  const again = peak(remat);
  assert.ok(again < plain / 2, `${again} of ${plain} bytes`);
});

Deno.test("peakBytes() walks depth first from the last result that nobody reads", () => {
  const matrix = 16 * 16 * 4;
  type Results = Record<"sum" | "other", tf.Tensor>;
  const peakOf = (results: (product: tf.Tensor) => Results): number =>
    peakBytes(trace(({ x }) => results(tf.matMul(x, x)), {
      x: zeros([16, 16]),
    }));
  // The product's sum is computed first, so that the exponential overwrites it.
  assert.equal(
    peakOf((product) => {
      const other = tf.sum(tf.exp(product));
      return { other, sum: tf.sum(product) };
    }),
    matrix,
  );
  // The exponential is computed first, while the product is still needed.
  assert.equal(
    peakOf((product) => {
      const sum = tf.sum(product);
      return { other: tf.sum(tf.exp(product)), sum };
    }),
    2 * matrix,
  );
});
