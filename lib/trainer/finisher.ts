import type { Device, OnDevice } from "../compiler/mod.ts";
import { type Clip, float32, type NdArray } from "../core/mod.ts";
import type {
  DecoderConfig,
  DecoderParameters,
} from "../models/decoder/mod.ts";
import { clipsOfBatch } from "./clip_batch.ts";
import type {
  DiffusionConfig,
  DiffusionParameters,
} from "./diffusion_training.ts";
import { guesserOf, type GuessOptions } from "./guesser.ts";
import { pixelSamplerOf, type PixelSampling } from "./pixel_sampler.ts";

/** What finishes: a prompted decoder behind its backbone. */
export interface FinisherParameters {
  readonly diffusion: DiffusionParameters;
  readonly decoder: DecoderParameters;
}

/** What to finish, and how. */
export interface FinishOptions
  extends Omit<GuessOptions, "levels">, PixelSampling {
  /** Noise level of the latents, in [0,1]. */
  readonly level: number;
  /** Frames per second. */
  readonly fps: number;
  /** What the pixels come from, standard normal, `[B,T,H,W,3]`. */
  readonly noise: NdArray<"float32">;
}

/** A prompted decoder behind its backbone, ready to finish what was sampled. */
export interface Finisher extends Disposable {
  /** Latents of one noise level to clips, not clipped to [0,1]. */
  finish(options: FinishOptions): Promise<Clip[]>;
}

/**
 * Compiles the way from noisy latents to pixels, of parameters that are on a
 * device already and stay with their owner.
 *
 * @example
 * ```ts
 * import { openDevice, uploadState } from "lib/compiler/mod.ts";
 * import { Rng } from "lib/core/mod.ts";
 * import { tokenPositions } from "lib/models/backbone/mod.ts";
 * import { initDecoder } from "lib/models/decoder/mod.ts";
 * import { initModels } from "lib/recipes/models.ts";
 * import { DECODERS, PRESETS } from "lib/recipes/presets.ts";
 * import { finisherOf } from "lib/trainer/mod.ts";
 * import assert from "node:assert/strict";
 *
 * const { text, backbone } = initModels(PRESETS.tiny, new Rng(1));
 * const around = { latentChannels: 8, backboneWidth: 48, textWidth: 48 };
 * const decoder = initDecoder(DECODERS.tiny, around, new Rng(2));
 * using device = await openDevice("cpu");
 * const state = await uploadState(device, { diffusion: { text, backbone }, decoder });
 * using finisher = finisherOf(device, state, { ...PRESETS.tiny, decoder: DECODERS.tiny });
 * const grid = { frames: 1, height: 2, width: 2 };
 * const [clip] = await finisher.finish({
 *   prompts: ["a cat"],
 *   latents: new Rng(3).normals([1, 1, 2, 2, 8]),
 *   level: 0.4,
 *   positions: tokenPositions(grid, { space: 16, time: 4 }, 8, 24),
 *   noise: new Rng(4).normals([1, 4, 32, 32, 3]),
 *   steps: 2,
 *   guidance: 2,
 *   fps: 8,
 * });
 * assert.deepEqual([clip?.frames, clip?.height, clip?.width], [4, 32, 32]);
 * ```
 */
export function finisherOf(
  device: Device,
  { diffusion, decoder }: OnDevice<FinisherParameters>,
  config: DiffusionConfig & { readonly decoder: DecoderConfig },
): Finisher {
  const guesser = guesserOf(device, diffusion, config);
  const pixels = pixelSamplerOf(device, decoder, config.decoder);
  return {
    async finish({ prompts, latents, level, positions, fps, ...sampling }) {
      const both = [...prompts, ...prompts.map(() => "")];
      const guess = await guesser.guess({
        prompts: both,
        latents: twice(latents),
        levels: float32([both.length], both.map(() => level)),
        positions,
      });
      return clipsOfBatch(await pixels.sample({ ...sampling, guess }), fps);
    },
    [Symbol.dispose]() {
      guesser[Symbol.dispose]();
      pixels[Symbol.dispose]();
    },
  };
}

/** `[B,...] -> [2B,...]`: for both halves of guidance. */
function twice(
  { shape: [count = 0, ...rest], data }: NdArray<"float32">,
): NdArray<"float32"> {
  const both = new Float32Array(2 * data.length);
  both.set(data);
  both.set(data, data.length);
  return float32([2 * count, ...rest], both);
}
