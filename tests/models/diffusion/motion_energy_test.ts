import assert from "node:assert/strict";
import { jit } from "lib/compiler/mod.ts";
import { float32 } from "lib/core/mod.ts";
import { motionEnergy } from "lib/models/diffusion/mod.ts";
import * as tf from "@tensorflow/tfjs-core";
import { assertClose, eagerly } from "../_eager.ts";
import { device } from "../../trainer/_tiny_models.ts";

const [T, H, W] = [4, 12, 16];

/** A soft spot that goes so many pixels a frame, before stripes that rest. */
function spot(x: number, y: number): ReturnType<typeof float32> {
  const data = new Float32Array(T * H * W);
  for (let i = 0; i < data.length; i++) {
    const t = Math.floor(i / (H * W));
    const [u, v] = [i % W - 7 - x * t, Math.floor(i / W) % H - 5 - y * t];
    data[i] = 0.3 + 0.02 * Math.sin(i % W) +
      0.6 * Math.exp(-(u * u + v * v) / 6);
  }
  return float32([1, T, H, W, 1], data);
}

function wanted(x: number, y: number) {
  const flow = new Float32Array((T - 1) * H * W * 2);
  for (let i = 0; i < flow.length; i += 2) flow.set([x, y], i);
  return {
    flow: float32([T - 1, H, W, 2], flow),
    weight: float32([T - 1, H, W], new Float32Array((T - 1) * H * W).fill(1)),
  };
}

function energy(
  frames: ReturnType<typeof float32>,
  asked: ReturnType<typeof wanted>,
): number {
  return eagerly(
    { frames, ...asked },
    ({ frames, flow, weight }) => motionEnergy(frames, { flow, weight }),
  ).data[0]!;
}

Deno.test("motionEnergy() is least for the wanted motion", () => {
  const asked = wanted(0.4, 0.2);
  const right = energy(spot(0.4, 0.2), asked);
  assert.ok(right < 0.1, `${right}`);
  for (const [x, y] of [[0, 0], [-0.4, -0.2], [0.2, -0.4], [0.1, 0.05]]) {
    const other = energy(spot(x!, y!), asked);
    assert.ok(other > right + 0.3, `${x},${y}: ${other}`);
  }
});

Deno.test("motionEnergy() counts what its weights count alone", () => {
  const asked = wanted(0.4, 0);
  const none = {
    ...asked,
    weight: float32(asked.weight.shape, asked.weight.data.map(() => 0)),
  };
  // Without any pixel nothing moves, and nothing is left unexplained.
  assert.ok(Math.abs(energy(spot(0.4, 0), none) - 1) < 1e-6);
});

Deno.test("motionEnergy() and its gradient are the same compiled", async () => {
  const inputs = { frames: spot(0.1, 0.3), ...wanted(0.4, 0) };
  const fn = (
    { frames, flow, weight }: Record<"frames" | "flow" | "weight", tf.Tensor>,
  ) => ({
    gradient: tf.grad((x: tf.Tensor) =>
      tf.sum(motionEnergy(x, { flow, weight }))
    )(frames),
  });
  using compiled = jit(fn, { device, name: "motion energy" });
  const { gradient } = await compiled.run(inputs);
  const eager = eagerly(inputs, (given) => fn(given).gradient);
  assertClose(gradient, eager, 1e-4);
  assert.ok(eager.data.some((value) => Math.abs(value) > 1e-3));
});
