import assert from "node:assert/strict";
import * as tf from "@tensorflow/tfjs-core";
import { jit } from "lib/compiler/mod.ts";
import { float32, type NdArray, scalar } from "lib/core/mod.ts";
import {
  energyGuidance,
  guide,
  guideBy,
  type Prediction,
  predictX0,
} from "lib/models/diffusion/mod.ts";
import { device } from "../_device.ts";
import { assertClose, eagerly, filled, random, valueAt } from "../_eager.ts";

Deno.test("guide() leaves the prompt out at 0, follows it at 1, exaggerates beyond", () => {
  const cond = float32([2], [3, 5]);
  const uncond = float32([2], [1, 6]);
  for (
    const [scale, wanted] of [[0, [1, 6]], [1, [3, 5]], [2, [5, 4]]] as const
  ) {
    const y = eagerly(
      { cond, uncond, scale: float32([], [scale]) },
      ({ cond, uncond, scale }) => guide(cond, uncond, scale),
    );
    assert.deepEqual([...y.data], [...wanted]);
  }
});

/** Standard deviation of the numbers of one sample. */
function stdOf({ data }: NdArray, sample: number): number {
  const size = data.length / 2;
  const own = [...data].slice(sample * size, (sample + 1) * size);
  const mean = own.reduce((a, b) => a + b) / size;
  return Math.sqrt(own.reduce((sum, x) => sum + (x - mean) ** 2, 0) / size);
}

Deno.test("guide() brings the spread of each sample back to that of the prompt", () => {
  const cond = random("with", [2, 3, 4]);
  const uncond = random("without", [2, 3, 4]);
  const run = (rescale: number): NdArray =>
    eagerly(
      { cond, uncond, scale: scalar(6), rescale: scalar(rescale) },
      ({ cond, uncond, scale, rescale }) => guide(cond, uncond, scale, rescale),
    );
  const [wide, half, narrow] = [run(0), run(0.5), run(1)];
  for (const sample of [0, 1]) {
    const goal = stdOf(cond, sample);
    assert.ok(stdOf(wide, sample) > 2 * goal);
    assert.ok(Math.abs(stdOf(narrow, sample) / goal - 1) < 1e-4);
    const middle = (stdOf(wide, sample) + goal) / 2;
    assert.ok(Math.abs(stdOf(half, sample) / middle - 1) < 1e-4);
  }
  const without = eagerly(
    { cond, uncond, scale: scalar(6) },
    ({ cond, uncond, scale }) => guide(cond, uncond, scale),
  );
  assertClose(wide, without, 1e-5);
});

const prediction = {
  latent: random("latent", [2, 1, 2, 2, 3]),
  sigma: float32([2], [1, 0.25]),
  velocity: random("velocity", [2, 1, 2, 2, 3]),
};

Deno.test("predictX0() subtracts sigma times the velocity", () => {
  const y = eagerly(prediction, predictX0);
  assertClose(
    y,
    filled(
      [2, 1, 2, 2, 3],
      (b, ...place) =>
        valueAt(prediction.latent, b, ...place) -
        [1, 0.25][b]! * valueAt(prediction.velocity, b, ...place),
    ),
    1e-6,
  );
});

/** Half the squared distance to zero: its gradient is the clean latent itself. */
const towardsZero = energyGuidance(
  (clean) => tf.mul(tf.sum(tf.square(clean)), 0.5),
  0.5,
);

Deno.test("energyGuidance() moves clean latents against the gradient, less at low noise", () => {
  const steered = eagerly(
    prediction,
    (given) => predictX0({ ...given, velocity: towardsZero(given) }),
  );
  const clean = eagerly(prediction, predictX0);
  assertClose(
    steered,
    filled(
      [2, 1, 2, 2, 3],
      (b, ...place) => valueAt(clean, b, ...place) * (1 - 0.5 * [1, 0.25][b]!),
    ),
    1e-5,
  );
});

Deno.test("guidances follow one another, compiled as well", async () => {
  const twice = (given: Prediction): { velocity: tf.Tensor } => ({
    velocity: guideBy(
      [({ velocity }) => tf.mul(velocity, 2), towardsZero],
      given,
    ),
  });
  const eager = eagerly(prediction, twice);
  using compiled = jit(twice, { device, name: "guidances" });
  const { velocity } = await compiled.run(prediction);
  assertClose(velocity, eager.velocity, 1e-5);
  const none = eagerly(prediction, (given) => guideBy([], given));
  assertClose(none, prediction.velocity, 0);
  // Doubled first: the clean latents whose gradient is taken differ.
  assertClose(
    eager.velocity,
    filled([2, 1, 2, 2, 3], (b, ...place) => {
      const v = 2 * valueAt(prediction.velocity, b, ...place);
      const x = valueAt(prediction.latent, b, ...place);
      return v + 0.5 * (x - [1, 0.25][b]! * v);
    }),
    1e-5,
  );
});
