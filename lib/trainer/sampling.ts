import * as tf from "@tensorflow/tfjs-core";
import {
  type Device,
  disposeState,
  jitWithState,
  uploadState,
} from "../compiler/mod.ts";
import { float32, type NdArray, scalar } from "../core/mod.ts";
import { guide, sampleEuler } from "../models/diffusion/mod.ts";
import type { RotaryTable, Tensors } from "../models/layers/mod.ts";
import { type PromptTokens, readPrompts } from "../models/text/mod.ts";
import {
  type DiffusionConfig,
  type DiffusionParameters,
  promptedVelocity,
} from "./diffusion_training.ts";

/** What to sample. */
export interface SampleOptions {
  /** One prompt for each clip, `B` of them. */
  readonly prompts: readonly string[];
  /** Where to start, standard normal, `[B,t,h,w,Z]`. */
  readonly noise: NdArray<"float32">;
  /** Rotary tables of the latent grid. */
  readonly positions: RotaryTable;
  /** Steps of the sampler. */
  readonly steps: number;
  /** How strongly the prompt steers; 1 is as trained. */
  readonly guidance: number;
  readonly onStep?: (done: number) => void;
}

/** A trained denoiser, ready to use. */
export interface LatentSampler extends Disposable {
  /** Samples normalised latents, `[B,t,h,w,Z]`. */
  sample(options: SampleOptions): Promise<NdArray<"float32">>;
}

/** One step's inputs; prompts and positions are those of `2B` clips and of one. */
interface VelocityInputs {
  readonly latents: tf.Tensor;
  readonly levels: tf.Tensor;
  readonly guidance: tf.Tensor;
  readonly prompts: Tensors<PromptTokens>;
  readonly positions: Tensors<RotaryTable>;
}

/** Puts text encoder and backbone on a device and compiles their guided velocity. */
export async function openSampler(
  device: Device,
  parameters: DiffusionParameters,
  config: DiffusionConfig,
): Promise<LatentSampler> {
  const state = await uploadState(device, parameters);
  const velocity = jitWithState(
    (diffusion, inputs: VelocityInputs) => {
      // Both halves of guidance go through the models as one batch.
      const both = promptedVelocity(diffusion, {
        ...inputs,
        latents: tf.concat([inputs.latents, inputs.latents]),
        levels: tf.concat([inputs.levels, inputs.levels]),
      }, config);
      const [prompted, free] = tf.split(both, 2) as [tf.Tensor, tf.Tensor];
      return { outputs: { velocity: guide(prompted, free, inputs.guidance) } };
    },
    state,
    { device, name: "sampler" },
  );
  return {
    sample({ prompts, noise, positions, steps, guidance, onStep }) {
      const count = prompts.length;
      const tokens = readPrompts(
        [...prompts, ...prompts.map(() => "")],
        config.text,
      );
      return sampleEuler({
        noise,
        steps,
        onStep,
        async velocity(latents, level) {
          const result = await velocity.run({
            latents,
            levels: float32([count], new Array<number>(count).fill(level)),
            guidance: scalar(guidance),
            prompts: tokens,
            positions,
          });
          return result.velocity as NdArray<"float32">;
        },
      });
    },
    [Symbol.dispose]() {
      velocity[Symbol.dispose]();
      disposeState(state);
    },
  };
}
