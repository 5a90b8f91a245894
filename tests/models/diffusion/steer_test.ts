import assert from "node:assert/strict";
import { float32, scalar } from "lib/core/mod.ts";
import { steered } from "lib/models/diffusion/mod.ts";
import * as tf from "@tensorflow/tfjs-core";
import { assertClose, eagerly } from "../_eager.ts";

const inputs = {
  latent: float32([2, 2], [3, 4, 0, 0]),
  sigma: float32([2], [1, 1]),
  strength: scalar(2),
};
const at = (energyOf: (x0: tf.Tensor) => tf.Tensor) =>
  eagerly(
    inputs,
    // x0 is half of the latent.
    ({ latent, sigma, strength }) =>
      steered((x) => tf.mul(x, 0.5), { latent, sigma }, energyOf, strength),
  );

Deno.test("steered() steps against the gradient through the model, as long as the energy", () => {
  // 0.01 |x0|^2 = 0.0625 for the first clip: a step of 2 * 0.25 along (3, 4).
  const rms = Math.sqrt((9 + 16) / 2);
  const found = at((x0) => tf.mul(tf.sum(tf.square(x0), 1), 0.01));
  const step = [3, 4].map((x) => 0.5 * x / rms);
  assertClose(found, {
    shape: [2, 2],
    data: Float32Array.from([1.5 + step[0]!, 2 + step[1]!, 0, 0]),
  }, 1e-5);
});

Deno.test("steered() steps by the strength at most, and not at all without energy", () => {
  const far = at((x0) => tf.mul(tf.sum(tf.square(x0), 1), 100));
  const rms = Math.sqrt((9 + 16) / 2);
  assert.ok(Math.abs(far.data[0]! - (1.5 + 2 * 3 / rms)) < 1e-4);
  const none = at((x0) => tf.mul(tf.sum(x0, 1), 0));
  assertClose(none, {
    shape: [2, 2],
    data: Float32Array.from([1.5, 2, 0, 0]),
  }, 1e-6);
});
