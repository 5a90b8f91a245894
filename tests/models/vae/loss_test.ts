import assert from "node:assert/strict";
import * as tf from "@tensorflow/tfjs-core";
import { float32, isNdArray, mapTree, Rng, zeros } from "lib/core/mod.ts";
import {
  decode,
  encode,
  initVae,
  klDivergence,
  sampleLatent,
  vaeLoss,
} from "lib/models/vae/mod.ts";
import { PRESETS } from "lib/recipes/presets.ts";
import { assertClose, eagerly, random, sumOf } from "../_eager.ts";

/** Parameters of 0 in the shapes of others. */
function zeroed<P>(parameters: P): P {
  return mapTree(parameters, isNdArray, ({ shape }) => zeros(shape)) as P;
}

Deno.test("klDivergence() is 0 for the standard normal and in closed form otherwise", () => {
  const cases: [mean: number[], variance: number[], kl: number][] = [
    [[0, 0], [1, 1], 0],
    [[3], [1], 4.5],
    [[0], [Math.E ** 2], (Math.E ** 2 - 3) / 2],
    // The mean over all numbers: (0 + 4.5 + 1.5 - ln 2) / 3, ln 4 / 2 = ln 2.
    [[0, 3, 0], [1, 1, 4], (0 + 4.5 + 1.5 - Math.log(2)) / 3],
  ];
  for (const [mean, variance, kl] of cases) {
    const y = eagerly({
      mean: float32([mean.length], mean),
      logVariance: float32([mean.length], variance.map(Math.log)),
    }, klDivergence);
    assertClose(y, { shape: [], data: [kl] }, 1e-6);
  }
});

Deno.test("vaeLoss() is the squared error on [-1,1] plus beta times the divergence", () => {
  const config = PRESETS.tiny.vae;
  const vae = initVae(config, new Rng(3));
  const clip = float32(
    [1, 4, 16, 16, 3],
    random("clip", [1, 4, 16, 16, 3]).data.map((x) => 1 / (1 + Math.exp(-x))),
  );
  const noise = random("noise", [1, 1, 1, 1, config.latentChannels]);
  const { loss, reconstruction, kl, decoded, mean, logVariance } = eagerly(
    { vae, clip, noise },
    ({ vae, clip, noise }) => {
      const latent = encode(vae, clip, config);
      return {
        ...vaeLoss(vae, clip, noise, config, 0.25),
        decoded: decode(vae, sampleLatent(latent, noise), config),
        ...latent,
      };
    },
  );
  const count = clip.data.length;
  const squares = sumOf(
    count,
    (i) => ((2 * decoded.data[i]! - 1) - (2 * clip.data[i]! - 1)) ** 2,
  );
  const divergence = sumOf(mean.data.length, (i) => {
    const [m, v] = [mean.data[i]!, Math.exp(logVariance.data[i]!)];
    return (m * m + v - 1 - Math.log(v)) / 2 / mean.data.length;
  });
  const scalarOf = (value: number) => ({ shape: [], data: [value] });
  assertClose(reconstruction, scalarOf(squares / count), 1e-5);
  assertClose(kl, scalarOf(divergence), 1e-5);
  assertClose(loss, scalarOf(squares / count + 0.25 * divergence), 1e-5);
});

Deno.test("vaeLoss() adds the mean perceptual distance of the frames by its weight", () => {
  const config = PRESETS.tiny.vae;
  const vae = initVae(config, new Rng(3));
  const clip = random("clip", [2, 4, 16, 16, 3]);
  const noise = random("noise", [2, 1, 1, 1, config.latentChannels]);
  for (const beta of [0.25, undefined]) {
    const { plain, loss, perceptual, distances } = eagerly(
      { vae, clip, noise },
      ({ vae, clip, noise }) => {
        let distances: tf.Tensor;
        const { loss, perceptual } = vaeLoss(vae, clip, noise, config, beta, {
          perceptual: {
            weight: 0.5,
            distance(pictures, references) {
              const squares = tf.square(tf.sub(pictures, references));
              distances = tf.mean(squares, [1, 2, 3]); // a frame each
              return distances;
            },
          },
        });
        const plain = vaeLoss(vae, clip, noise, config, beta);
        assert.equal(plain.perceptual, undefined);
        return {
          loss,
          perceptual: perceptual!,
          distances: distances!,
          plain: plain.loss,
        };
      },
    );
    assert.deepEqual(distances.shape, [8]);
    const mean = sumOf(8, (i) => distances.data[i]!) / 8;
    assertClose(perceptual, { shape: [], data: [mean] }, 1e-5);
    assertClose(
      loss,
      { shape: [], data: [plain.data[0]! + 0.5 * mean] },
      1e-5,
    );
  }
});

Deno.test("vaeLoss() adds the squared error of frame differences by its weight", () => {
  const config = PRESETS.tiny.vae;
  const vae = initVae(config, new Rng(3));
  const [frames, size] = [4, 16 * 16 * 3];
  const clip = random("clip", [2, frames, 16, 16, 3]);
  const noise = random("noise", [2, 1, 1, 1, config.latentChannels]);
  for (const beta of [0.25, undefined]) {
    const { plain, loss, temporal, decoded } = eagerly(
      { vae, clip, noise },
      ({ vae, clip, noise }) => {
        const plain = vaeLoss(vae, clip, noise, config, beta, { temporal: 0 });
        assert.equal(plain.temporal, undefined);
        const { loss, temporal } = vaeLoss(vae, clip, noise, config, beta, {
          temporal: 0.5,
        });
        const sample = sampleLatent(encode(vae, clip, config), noise);
        return {
          loss,
          temporal: temporal!,
          plain: plain.loss,
          decoded: decode(vae, sample, config),
        };
      },
    );
    let sum = 0;
    for (let b = 0; b < 2; b++) {
      for (let t = 1; t < frames; t++) {
        for (let i = 0; i < size; i++) {
          const at = (b * frames + t) * size + i;
          const change = ({ data }: { data: ArrayLike<number> }) =>
            2 * (data[at]! - data[at - size]!); // on [-1,1]
          sum += (change(decoded) - change(clip)) ** 2;
        }
      }
    }
    const mean = sum / (2 * (frames - 1) * size);
    assertClose(temporal, { shape: [], data: [mean] }, 1e-5);
    assertClose(
      loss,
      { shape: [], data: [plain.data[0]! + 0.5 * mean] },
      1e-5,
    );
  }
});

Deno.test("the term of frame differences is 0 for an error that stays", () => {
  const config = { ...PRESETS.tiny.vae, shortcut: true as const };
  // An untrained VAE with a shortcut decodes all latents alike.
  const vae = initVae(config, new Rng(3));
  const { decoder } = vae;
  const still = {
    ...vae,
    decoder: { ...decoder, output: zeroed(decoder.output) },
  };
  const frame = random("frame", [1, 1, 16, 16, 3]);
  const clip = float32(
    [1, 4, 16, 16, 3],
    Array.from({ length: 4 }, () => [...frame.data]).flat(),
  );
  const noise = random("noise", [1, 1, 1, 1, config.latentChannels]);
  const { temporal, reconstruction } = eagerly(
    { still, clip, noise },
    ({ still, clip, noise }) => {
      const { temporal, reconstruction } = vaeLoss(
        still,
        clip,
        noise,
        config,
        0.25,
        { temporal: 1 },
      );
      return { temporal: temporal!, reconstruction };
    },
  );
  assert.ok(reconstruction.data[0]! > 0.1);
  assertClose(temporal, { shape: [], data: [0] }, 1e-6);
});
