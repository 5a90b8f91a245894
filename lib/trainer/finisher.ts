import type * as tf from "@tensorflow/tfjs-core";
import {
  type Device,
  disposeState,
  jitWithState,
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
  /** `[B]` in (0,1]. */
  readonly levels: NdArray<"float32">;
  readonly positions: RotaryTable;
}

/** Text encoder and backbone, ready to guess. */
export interface Guesser extends Disposable {
  guess(options: GuessOptions): Promise<GuessArrays>;
}

/** Puts text encoder and backbone on a device and compiles {@link guessAt}. */
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

/** A prompted decoder behind its backbone, ready to finish what was sampled. */
export interface Finisher extends Disposable {
  /** Latents of one noise level to clips, not clipped to [0,1]. */
  finish(
    options: Omit<GuessOptions, "levels"> & {
      readonly level: number;
      readonly fps: number;
    },
  ): Promise<Clip[]>;
}

/** Puts both on a device and compiles the way from noisy latents to pixels. */
export async function openFinisher(
  device: Device,
  parameters: {
    readonly diffusion: DiffusionParameters;
    readonly decoder: DecoderParameters;
  },
  config: DiffusionConfig & { readonly decoder: DecoderConfig },
): Promise<Finisher> {
  const state = await uploadState(device, parameters);
  const finisher = jitWithState(
    (given, inputs: NoisyLatents) => {
      const { diffusion, decoder } = given as Tensors<typeof parameters>;
      const guess = guessAt(diffusion, inputs, config);
      return {
        outputs: { clips: promptedDecode(decoder, guess, config.decoder) },
      };
    },
    state,
    { device, name: "prompted decoder" },
  );
  return {
    async finish({ prompts, latents, level, positions, fps }) {
      const { clips } = await finisher.run({
        latents,
        levels: float32(
          [prompts.length],
          new Array<number>(prompts.length).fill(level),
        ),
        prompts: readPrompts(prompts, config.text),
        positions,
      });
      return clipsOfBatch(clips as NdArray<"float32">, fps);
    },
    [Symbol.dispose]() {
      finisher[Symbol.dispose]();
      disposeState(state);
    },
  };
}
