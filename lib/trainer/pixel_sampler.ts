import * as tf from "@tensorflow/tfjs-core";
import { type Device, jitWithState, type OnDevice } from "../compiler/mod.ts";
import {
  CHANNELS,
  float32,
  type NdArray,
  type Rng,
  scalar,
} from "../core/mod.ts";
import {
  type DecoderConditions,
  type DecoderConfig,
  type DecoderParameters,
  promptedDecode,
} from "../models/decoder/mod.ts";
import {
  guide,
  noiseLevels,
  sampleFlow,
  type SolverName,
  SOLVERS,
} from "../models/diffusion/mod.ts";
import type { Tensors } from "../models/layers/mod.ts";
import type { GuessArrays } from "./guesser.ts";

/** How pixels come from noise. */
export interface PixelSampling {
  /** Steps of the sampler. */
  readonly steps: number;
  /** How strongly the prompt steers; 1 is as trained. */
  readonly guidance: number;
  /** Of the noise levels, {@link noiseLevels}; 1 where left out. */
  readonly shift?: number;
  /** Euler's method where left out. */
  readonly solver?: SolverName;
}

/** What to sample after. */
export interface PixelSampleOptions extends PixelSampling {
  /** Of `2B` clips: with their prompts, then without. */
  readonly guess: GuessArrays;
  /** Where to start, standard normal, `[B,T,H,W,3]`. */
  readonly noise: NdArray<"float32">;
}

/** A trained decoder, ready to use. */
export interface PixelSampler extends Disposable {
  /** Samples clips, `[B,T,H,W,3]` around [0,1] and not clipped to it. */
  sample(options: PixelSampleOptions): Promise<NdArray<"float32">>;
}

/**
 * Noise that pixels come from, `[B,T,H,W,3]`: that of the frames of one cell of
 * the latent, for all cells in time again. They do not see each other, so that
 * what the latent leaves open is decided alike by what they begin with.
 *
 * @param span Frames of a cell; T is a multiple.
 *
 * @example
 * ```ts
 * import { Rng } from "lib/core/mod.ts";
 * import { pixelNoise } from "lib/trainer/mod.ts";
 * import assert from "node:assert/strict";
 *
 * const size = { frames: 4, height: 1, width: 1 };
 * const { shape, data } = pixelNoise(new Rng(0), 2, size, 2);
 * assert.deepEqual(shape, [2, 4, 1, 1, 3]);
 * assert.deepEqual(data.slice(0, 6), data.slice(6, 12));
 * assert.notDeepEqual(data.slice(0, 6), data.slice(12, 18));
 * ```
 */
export function pixelNoise(
  rng: Rng,
  count: number,
  { frames, height, width }: {
    readonly frames: number;
    readonly height: number;
    readonly width: number;
  },
  span: number,
): NdArray<"float32"> {
  const { data } = rng.normals([count, span, height, width, CHANNELS]);
  const size = data.length / count;
  const times = frames / span;
  const noise = new Float32Array(times * data.length);
  for (let i = 0; i < count * times; i++) {
    const from = Math.floor(i / times) * size;
    noise.set(data.subarray(from, from + size), i * size);
  }
  return float32([count, frames, height, width, CHANNELS], noise);
}

/** One step's inputs; the guess is of `2B` clips. */
interface VelocityInputs {
  readonly noisy: tf.Tensor;
  readonly level: tf.Tensor;
  readonly guidance: tf.Tensor;
  readonly guess: DecoderConditions;
}

/**
 * Compiles the guided velocity of a decoder whose parameters are on a device
 * already and stay with their owner: it samples with what they are at each call.
 */
export function pixelSamplerOf(
  device: Device,
  state: OnDevice<DecoderParameters>,
  config: DecoderConfig,
): PixelSampler {
  const velocity = jitWithState(
    (decoder, { noisy, level, guidance, guess }: VelocityInputs) => {
      // Both halves of guidance go through the decoder as one batch.
      const clean = promptedDecode(
        decoder as Tensors<DecoderParameters>,
        {
          ...guess,
          noisy: tf.concat([noisy, noisy]),
          level: tf.concat([level, level]),
        },
        config,
      );
      const [prompted, free] = tf.split(clean, 2) as [tf.Tensor, tf.Tensor];
      const guided = guide(prompted, free, guidance);
      const s = tf.reshape(level, [level.size, 1, 1, 1, 1]);
      return { outputs: { velocity: tf.div(tf.sub(noisy, guided), s) } };
    },
    state,
    { device, name: "pixels" },
  );
  return {
    async sample({ guess, noise, steps, guidance, shift, solver = "euler" }) {
      const count = noise.shape[0]!;
      const signed = await sampleFlow({
        noise,
        levels: noiseLevels(steps, { shift }),
        solver: SOLVERS[solver],
        async velocity(noisy, level) {
          const result = await velocity.run({
            noisy,
            level: float32([count], new Array<number>(count).fill(level)),
            guidance: scalar(guidance),
            guess,
          });
          return result.velocity as NdArray<"float32">;
        },
      });
      return float32(signed.shape, signed.data.map((x) => (x + 1) / 2));
    },
    [Symbol.dispose]: () => velocity[Symbol.dispose](),
  };
}
