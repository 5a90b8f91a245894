import assert from "node:assert/strict";
import "lib/compiler/eager.ts";
import * as tf from "@tensorflow/tfjs-core";
import { lossAndGradients } from "lib/compiler/mod.ts";

Deno.test("lossAndGradients() gives loss, metrics and gradients, zero for unused parameters", () => {
  const result = lossAndGradients(({ w }) => {
    const squares = tf.square(w);
    return { loss: tf.sum(squares), metrics: { largest: tf.max(squares) } };
  }, { w: tf.tensor1d([1, -3]), unused: tf.tensor1d([5]) });
  assert.equal(result.loss.dataSync()[0], 10);
  assert.equal(result.metrics.largest.dataSync()[0], 9);
  assert.deepEqual([...result.gradients.w.dataSync()], [2, -6]);
  assert.deepEqual([...result.gradients.unused.dataSync()], [0]);
});

Deno.test("lossAndGradients() leaves no tensor behind", () => {
  const w = tf.tensor1d([1, 2]);
  const before = tf.memory().numTensors;
  tf.tidy(() => {
    lossAndGradients((p) => ({
      loss: tf.sum(tf.square(p.w)),
      metrics: { mean: tf.mean(p.w), nested: { max: tf.max(p.w) } },
    }), { w });
  });
  assert.equal(tf.memory().numTensors, before);
  w.dispose();
});
