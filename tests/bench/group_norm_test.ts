import assert from "node:assert/strict";
import * as tf from "@tensorflow/tfjs-core";
import "lib/compiler/eager.ts";
import { Rng } from "lib/core/mod.ts";
import { groupNorm } from "../../bench/group_norm.ts";

Deno.test("groupNorm() gives each group mean 0 and variance 1, then scale and shift", () => {
  const [B, C, groups] = [2, 6, 3];
  const rng = new Rng(1);
  tf.tidy(() => {
    // Channels of different mean and deviation, so that groups mix them.
    const channel = tf.range(0, C);
    const x = tf.add(
      tf.mul(
        tf.tensor(rng.normals([B, 3, 2, 2, C]).data, [B, 3, 2, 2, C]),
        tf.add(channel, 1),
      ),
      tf.mul(channel, 3),
    );
    const weight = tf.tensor1d([1, 2, 3, 4, 5, 6]);
    const bias = tf.tensor1d([0, 10, 20, 30, 40, 50]);
    const y = groupNorm({ weight, bias }, x, groups);
    assert.deepEqual(y.shape, x.shape);
    const plain = tf.div(tf.sub(y, bias), weight);
    const apart = tf.reshape(plain, [B, -1, groups, C / groups]);
    const { mean, variance } = tf.moments(apart, [1, 3]);
    for (const value of mean.dataSync()) assert.ok(Math.abs(value) < 1e-5);
    for (const value of variance.dataSync()) {
      assert.ok(Math.abs(value - 1) < 1e-4);
    }
    // Within a group order is kept: nothing but a line per group was applied.
    const [first] = x.dataSync();
    const inGroup = tf.reshape(x, [B, -1, groups, C / groups]);
    const moments = tf.moments(inGroup, [1, 3]);
    const expected = (first! - moments.mean.dataSync()[0]!) /
      Math.sqrt(moments.variance.dataSync()[0]! + 1e-5);
    assert.ok(Math.abs(plain.dataSync()[0]! - expected) < 1e-4);
  });
});
