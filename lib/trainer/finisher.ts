import type * as tf from "@tensorflow/tfjs-core";
import {
  type Device,
  disposeState,
  jitWithState,
  type OnDevice,
  uploadState,
} from "../compiler/mod.ts";
import {
  type Clip,
  float32,
  type MapLeaves,
  type NdArray,
} from "../core/mod.ts";
import {
  type DecoderConfig,
  type DecoderInputs,
  type DecoderParameters,
  promptedDecode,
} from "../models/decoder/mod.ts";
import type { RotaryTable, Tensors } from "../models/layers/mod.ts";
import { readPrompts } from "../models/text/mod.ts";
import { clipsOfBatch } from "./clip_batch.ts";
import type {
  DiffusionConfig,
  DiffusionParameters,
} from "./diffusion_training.ts";
import { guessAt, type NoisyLatents } from "./guess.ts";

/** What is seen of a noisy latent, as arrays. */
export type GuessArrays = MapLeaves<DecoderInputs, tf.Tensor, NdArray>;

/** Noisy latents of one level each, under prompts. */
export interface GuessOptions {
  /** One for each latent. */
  readonly prompts: readonly string[];
  /** Normalised, `[B,t,h,w,Z]`. */
  readonly latents: NdArray<"float32">;
  /** `[B]` in [0,1]. */
  readonly sigmas: NdArray<"float32">;
  readonly positions: RotaryTable;
  /** Of the latents' frames, from the middle of the clip, `[t]`. */
  readonly seconds: NdArray<"float32">;
}

/** Text encoder and backbone, ready to guess. */
export interface Guesser extends Disposable {
  guess(options: GuessOptions): Promise<GuessArrays>;
}

/**
 * Puts text encoder and backbone on a device and compiles {@link guessAt}.
 *
 * @example
 * ```ts
 * import { openDevice } from "lib/compiler/mod.ts";
 * import { float32, Rng } from "lib/core/mod.ts";
 * import { tokenPositions } from "lib/models/backbone/mod.ts";
 * import { initModels } from "lib/recipes/models.ts";
 * import { PRESETS } from "lib/recipes/presets.ts";
 * import { openGuesser } from "lib/trainer/mod.ts";
 * import assert from "node:assert/strict";
 *
 * const { text, backbone } = initModels(PRESETS.tiny, new Rng(1));
 * using device = await openDevice("cpu");
 * using guesser = await openGuesser(device, { text, backbone }, PRESETS.tiny);
 * const grid = { frames: 1, height: 2, width: 2 };
 * const { tokens, guess } = await guesser.guess({
 *   prompts: ["a cat"],
 *   latents: new Rng(3).normals([1, 1, 2, 2, 8]),
 *   sigmas: float32([1], [0.4]),
 *   positions: tokenPositions(grid, { space: 16, time: 4 }, 8, 24),
 *   seconds: float32([1], [0]),
 * });
 * assert.deepEqual([tokens.shape, guess.shape], [[1, 1, 2, 2, 48], [1, 1, 2, 2, 8]]);
 * ```
 */
export async function openGuesser(
  device: Device,
  diffusion: DiffusionParameters,
  config: DiffusionConfig,
): Promise<Guesser> {
  const state = await uploadState(device, diffusion);
  const guesser = jitWithState(
    (parameters, inputs: NoisyLatents) => ({
      outputs: guessAt(
        parameters as Tensors<DiffusionParameters>,
        inputs,
        config,
      ),
    }),
    state,
    { device, name: "guess" },
  );
  return {
    async guess({ prompts, ...inputs }) {
      return await guesser.run({
        ...inputs,
        prompts: readPrompts(prompts, config.text),
      }) as GuessArrays;
    },
    [Symbol.dispose]() {
      guesser[Symbol.dispose]();
      disposeState(state);
    },
  };
}

/** What finishes: a prompted decoder behind its backbone. */
export interface FinisherParameters {
  readonly diffusion: DiffusionParameters;
  readonly decoder: DecoderParameters;
}

/** A prompted decoder behind its backbone, ready to finish what was sampled. */
export interface Finisher extends Disposable {
  /** Latents of one noise level to clips, not clipped to [0,1]. */
  finish(
    options: Omit<GuessOptions, "sigmas"> & {
      readonly level: number;
      readonly fps: number;
    },
  ): Promise<Clip[]>;
}

/**
 * Compiles the way from noisy latents to pixels, of parameters that are on a
 * device already and stay with their owner.
 *
 * @example
 * ```ts
 * import { openDevice, uploadState } from "lib/compiler/mod.ts";
 * import { float32, Rng } from "lib/core/mod.ts";
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
 *   seconds: float32([1], [0]),
 *   fps: 8,
 * });
 * assert.deepEqual([clip?.frames, clip?.height, clip?.width], [4, 32, 32]);
 * ```
 */
export function finisherOf(
  device: Device,
  state: OnDevice<FinisherParameters>,
  config: DiffusionConfig & { readonly decoder: DecoderConfig },
): Finisher {
  const finisher = jitWithState(
    (given, inputs: NoisyLatents) => {
      const { diffusion, decoder } = given as Tensors<FinisherParameters>;
      const guess = guessAt(diffusion, inputs, config);
      return {
        outputs: { clips: promptedDecode(decoder, guess, config.decoder) },
      };
    },
    state,
    { device, name: "prompted decoder" },
  );
  return {
    async finish({ prompts, latents, level, positions, seconds, fps }) {
      const { clips } = await finisher.run({
        latents,
        sigmas: float32(
          [prompts.length],
          new Array<number>(prompts.length).fill(level),
        ),
        prompts: readPrompts(prompts, config.text),
        positions,
        seconds,
      });
      return clipsOfBatch(clips as NdArray<"float32">, fps);
    },
    [Symbol.dispose]: () => finisher[Symbol.dispose](),
  };
}
