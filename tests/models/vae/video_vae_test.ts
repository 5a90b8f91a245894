import assert from "node:assert/strict";
import { float32, type NdArray, Rng } from "lib/core/mod.ts";
import { decode, encode, initVae, sampleLatent } from "lib/models/vae/mod.ts";
import { PRESETS } from "lib/recipes/presets.ts";
import { assertClose, distance, eagerly, random } from "../_eager.ts";

const config = PRESETS.tiny.vae;
const Z = config.latentChannels;
const vae = initVae(config, new Rng(3));

/** Two clips of 4 frames, 16x32, in [0,1]. */
const clips = float32(
  [2, 4, 16, 32, 3],
  random("clips", [2, 4, 16, 32, 3]).data.map((x) => 1 / (1 + Math.exp(-x))),
);
const latents = random("latents", [1, 2, 1, 2, Z]);

function encoded(clips: NdArray): { mean: NdArray; logVariance: NdArray } {
  return eagerly({ vae, clips }, ({ vae, clips }) => ({
    ...encode(vae, clips, config),
  }));
}

Deno.test("encode() shrinks 16 times in space and 4 times in time, the same each time", () => {
  const first = encoded(clips);
  assert.deepEqual(first.mean.shape, [2, 1, 1, 2, Z]);
  assert.deepEqual(first.logVariance.shape, [2, 1, 1, 2, Z]);
  assert.deepEqual(encoded(clips), first);
  assert.ok(distance(first.mean, first.logVariance) > 0.01);
});

Deno.test("encode() codes each clip of a batch as if it were alone", () => {
  const half = clips.data.length / 2;
  const both = encoded(clips).mean;
  for (const i of [0, 1]) {
    const alone = encoded(
      float32([1, 4, 16, 32, 3], clips.data.subarray(i * half, (i + 1) * half)),
    ).mean;
    const size = alone.data.length;
    assertClose(alone, {
      shape: alone.shape,
      data: both.data.subarray(i * size, (i + 1) * size),
    });
  }
});

Deno.test("decode() grows 16 times in space and 4 times in time", () => {
  const { shape } = eagerly(
    { vae, latents },
    ({ vae, latents }) => decode(vae, latents, config),
  );
  assert.deepEqual(shape, [1, 8, 16, 32, 3]);
});

Deno.test("a VAE whose first layer folds frames as well codes finer cells", () => {
  const folding = { ...config, framePatch: 2, widths: [8, 32] };
  const vae = initVae(folding, new Rng(3));
  // 2 frames of 4x4 pixels of 3 values.
  assert.deepEqual(vae.encoder.input.weight.shape, [3, 3, 3, 96, 8]);
  const { mean, clip } = eagerly({ vae, clips }, ({ vae, clips }) => {
    const { mean } = encode(vae, clips, folding);
    return { mean, clip: decode(vae, mean, folding) };
  });
  assert.deepEqual(mean.shape, [2, 1, 2, 4, Z]);
  assert.deepEqual(clip.shape, clips.shape);
});

Deno.test("decode() of a decoder without output gives mid-grey", () => {
  const mute = {
    ...vae,
    decoder: {
      ...vae.decoder,
      output: {
        weight: float32(
          vae.decoder.output.weight.shape,
          vae.decoder.output.weight.data.map(() => 0),
        ),
        bias: vae.decoder.output.bias,
      },
    },
  };
  const { data } = eagerly(
    { mute, latents },
    ({ mute, latents }) => decode(mute, latents, config),
  );
  assert.ok(data.every((value) => value === 0.5));
});

Deno.test("encode() keeps the logarithm of the variance in [-30,20]", () => {
  for (const [bias, limit] of [[1e6, 20], [-1e6, -30]] as const) {
    const { weight } = vae.encoder.output;
    const extreme = {
      ...vae,
      encoder: {
        ...vae.encoder,
        output: { weight, bias: float32([2 * Z], Array(2 * Z).fill(bias)) },
      },
    };
    const { mean, logVariance } = eagerly(
      { extreme, clips },
      ({ extreme, clips }) => ({ ...encode(extreme, clips, config) }),
    );
    assert.ok(logVariance.data.every((value) => value === limit));
    assert.ok(mean.data.every((value) => Math.abs(value) > 1e5));
  }
});

Deno.test("sampleLatent() is the mean plus the std times the noise", () => {
  const y = eagerly(
    {
      mean: float32([3], [1, 2, 3]),
      logVariance: float32([3], [0, 2 * Math.log(3), -30]),
      noise: float32([3], [1, -1, 1]),
    },
    ({ mean, logVariance, noise }) =>
      sampleLatent({ mean, logVariance }, noise),
  );
  assertClose(y, { shape: [3], data: [2, -1, 3] }, 1e-5);
});

Deno.test("initVae() gives every part weights of its own", () => {
  const { encoder, decoder } = vae;
  assert.equal(Object.keys(encoder.levels).length, 3);
  assert.equal(encoder.levels.level02!.resample, undefined);
  assert.equal(decoder.levels.level02!.resample, undefined);
  assert.deepEqual(
    decoder.levels.level00!.resample!.weight.shape,
    [1, 1, 1, 32, 8 * 16],
  );
  assert.notDeepEqual(
    encoder.temporal.attention.qkv.weight.data,
    decoder.temporal.attention.qkv.weight.data,
  );
  assert.deepEqual(initVae(config, new Rng(3)), vae);
  assert.notDeepEqual(
    initVae(config, new Rng(4)).encoder.input.weight.data,
    encoder.input.weight.data,
  );
});
