import type * as tf from "@tensorflow/tfjs-core";
import {
  type Device,
  disposeState,
  jitWithState,
  type OnDevice,
  uploadState,
} from "../compiler/mod.ts";
import type { MapLeaves, NdArray } from "../core/mod.ts";
import type { DecoderConditions } from "../models/decoder/mod.ts";
import type { RotaryTable, Tensors } from "../models/layers/mod.ts";
import { readPrompts } from "../models/text/mod.ts";
import type {
  DiffusionConfig,
  DiffusionParameters,
} from "./diffusion_training.ts";
import { guessAt, type NoisyLatents } from "./guess.ts";

/** What is seen of a noisy latent, as arrays. */
export type GuessArrays = MapLeaves<DecoderConditions, tf.Tensor, NdArray>;

/** Noisy latents of one level each, under prompts. */
export interface GuessOptions {
  /** One for each latent. */
  readonly prompts: readonly string[];
  /** Normalised, `[B,t,h,w,Z]`. */
  readonly latents: NdArray<"float32">;
  /** `[B]` in [0,1]. */
  readonly levels: NdArray<"float32">;
  readonly positions: RotaryTable;
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
 *   levels: float32([1], [0.4]),
 *   positions: tokenPositions(grid, { space: 16, time: 4 }, 8, 24),
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
  const guesser = guesserOf(device, state, config);
  return {
    guess: guesser.guess,
    [Symbol.dispose]() {
      guesser[Symbol.dispose]();
      disposeState(state);
    },
  };
}

/** The same of parameters that are on a device already, and stay with their owner. */
export function guesserOf(
  device: Device,
  state: OnDevice<DiffusionParameters>,
  config: DiffusionConfig,
): Guesser {
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
    [Symbol.dispose]: () => guesser[Symbol.dispose](),
  };
}
