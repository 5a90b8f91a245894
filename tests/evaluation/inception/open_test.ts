import assert from "node:assert/strict";
import { openDevice } from "lib/compiler/mod.ts";
import { type Clip, Rng } from "lib/core/mod.ts";
import { inceptionFromKeras, openInception } from "lib/evaluation/mod.ts";
import {
  kerasTensors,
  NSFWJS_INCEPTION,
} from "lib/recipes/weights/keras_package.ts";

const SIZE = 32;

/** Frames of soft noise, a frame for each seed. */
function clipOf(...seeds: number[]): Clip {
  const frame = SIZE * SIZE * 3;
  const data = new Float32Array(seeds.length * frame);
  seeds.forEach((seed, t) =>
    data.set(
      new Rng(seed).normals([frame]).data.map((x) => 0.5 + 0.1 * x),
      t * frame,
    )
  );
  return { frames: seeds.length, height: SIZE, width: SIZE, fps: 8, data };
}

const tensors = kerasTensors(NSFWJS_INCEPTION);

function network() {
  const parameters = inceptionFromKeras((name) => tensors.get(name), "nsfwjs");
  return { parameters, digest: "ab" };
}

Deno.test("openInception() gives the mean over frames and the mean change", async () => {
  using device = await openDevice("cpu");
  using inception = await openInception(device, network());
  const [moving, frozen, other] = await inception.featuresOf([
    clipOf(1, 2),
    clipOf(1, 1, 1),
    clipOf(2, 2),
  ]) as [Float32Array, Float32Array, Float32Array];
  assert.equal(moving.length, inception.setting.dimension);
  assert.ok(frozen.slice(768).every((x) => x === 0));
  for (let k = 0; k < 768; k++) {
    const [a, b] = [frozen[k]!, other[k]!];
    assert.ok(Math.abs(moving[k]! - (a + b) / 2) < 1e-5);
    assert.ok(Math.abs(moving[768 + k]! - 4 * Math.abs(a - b)) < 1e-4);
  }
  await assert.rejects(inception.featuresOf([clipOf(1)]), {
    name: "InputError",
    message:
      "Cannot compute features of a clip: it must have at least 2 frames: current count is 1; pass longer clips",
  });
  // Five frames are two batches: one frame in five differs.
  const one = await inception.distance(clipOf(1), clipOf(2));
  const found = await inception.distance(
    clipOf(1, 1, 1, 1, 1),
    clipOf(1, 1, 1, 1, 2),
  );
  assert.ok(one > 0.5, `${one}`);
  assert.ok(Math.abs(found - one / 5) < 1e-5, `${found}, ${one}`);
});

Deno.test("inceptionFromKeras() names a tensor that is missing or misshapen", () => {
  assert.throws(
    () =>
      inceptionFromKeras(
        (name) => name === "conv2d_7/kernel" ? undefined : tensors.get(name),
        "nsfwjs@4.3.0",
      ),
    {
      name: "InputError",
      message:
        `Cannot use "nsfwjs@4.3.0" as InceptionV3: tensor "conv2d_7/kernel" must have shape [1,1,192,48]: it is missing; run deno install`,
    },
  );
});

Deno.test("kerasTensors() refuses weights of another checksum", () => {
  assert.throws(() => kerasTensors({ ...NSFWJS_INCEPTION, sha256: "00" }), {
    name: "InputError",
    message:
      /^Checksum mismatch: the weights in package nsfwjs@4\.3\.0 must have SHA-256 00: current value is [0-9a-f]{64}; run deno install$/,
  });
});
