import type { Device } from "../compiler/mod.ts";
import { type Clip, type Progress, Rng } from "../core/mod.ts";
import { tokenPositions } from "../models/backbone/mod.ts";
import { type SolverName, timestepShift } from "../models/diffusion/mod.ts";
import {
  denormaliseLatent,
  latentSizeOf,
  strideOf,
} from "../models/vae/mod.ts";
import { openCodec } from "./vae_codec.ts";
import { openSampler } from "./latent_sampler.ts";
import type { TrainedModels } from "./trained_models.ts";

/** What to generate. */
export interface GenerateOptions {
  /** One for each clip; an empty one lets the model choose. */
  readonly prompts: readonly string[];
  /** A whole number: the same seed, the same clip of the same prompt. */
  readonly seed: number;
  /** Multiples of the VAE's strides. */
  readonly frames: number;
  readonly height: number;
  readonly width: number;
  /** Frames per second. */
  readonly fps: number;
  /** Steps of the sampler. */
  readonly steps: number;
  /** How strongly the prompt steers; 1 is as trained. */
  readonly guidance: number;
  /** How much of the spread that guidance adds is taken back, in [0,1]. */
  readonly rescale?: number;
  readonly sampler: SolverName;
  readonly progress?: Progress;
}

/** Trained models on a device, ready to make videos of prompts. */
export interface Generator extends Disposable {
  /** Clips in [0,1], one for each prompt. */
  generate(options: GenerateOptions): Promise<Clip[]>;
  /** Clips of one size, [0,1], through the VAE and back. */
  reconstruct(clips: readonly Clip[]): Promise<Clip[]>;
}

/**
 * Puts trained models on a device.
 *
 * @example
 * ```ts
 * import { openDevice } from "lib/compiler/mod.ts";
 * import { Rng } from "lib/core/mod.ts";
 * import { latentStatistics } from "lib/models/vae/mod.ts";
 * import { openGenerator } from "lib/pipeline/pipeline.ts";
 * import { initModels } from "lib/models/text_to_video/mod.ts";
 * import { PRESETS } from "lib/recipes/presets.ts";
 * import assert from "node:assert/strict";
 *
 * // Models that have learned nothing, in the place of trained ones.
 * const { vae, ...diffusion } = initModels(PRESETS.tiny, new Rng(1));
 * const statistics = latentStatistics([new Rng(2).normals([100, 8])]);
 * using device = await openDevice("cpu");
 * using generator = await openGenerator(device, { config: PRESETS.tiny, vae, diffusion, statistics });
 * const [clip] = await generator.generate({
 *   prompts: ["a red circle"], seed: 1, frames: 8, height: 32, width: 32, fps: 8,
 *   steps: 2, guidance: 2, sampler: "euler",
 * });
 * assert.equal(clip?.frames, 8);
 * ```
 */
export async function openGenerator(
  device: Device,
  { config, vae, diffusion, statistics }: Pick<
    TrainedModels,
    "config" | "vae" | "diffusion" | "statistics"
  >,
): Promise<Generator> {
  using opened = new DisposableStack();
  const sampler = opened.use(await openSampler(device, diffusion, config));
  const codec = opened.use(await openCodec(device, vae, config.vae));
  const kept = opened.move();
  return {
    async generate({ prompts, seed, fps, steps, sampler: solver, ...options }) {
      const grid = latentSizeOf(config.vae, options);
      const latentShape = [
        grid.frames,
        grid.height,
        grid.width,
        config.vae.latentChannels,
      ];
      using task = options.progress?.start({
        label: "Generating",
        total: steps,
        unit: "steps",
      });
      const positions = tokenPositions(
        grid,
        strideOf(config.vae),
        fps,
        config.backbone.width / config.backbone.heads,
      );
      const latents = await sampler.sample({
        prompts,
        // One after the other, so that the first clip of a seed is the same
        // however many follow.
        noise: new Rng(seed).normals([prompts.length, ...latentShape]),
        positions,
        steps,
        guidance: options.guidance,
        rescale: options.rescale,
        solver,
        shift: timestepShift(
          grid.frames * grid.height * grid.width,
          config.vae.latentChannels,
        ),
        onStep: (done) => task?.update(done),
      });
      const clips = await codec.decode(
        denormaliseLatent(latents, statistics),
        fps,
      );
      return clips.map(clamped);
    },
    async reconstruct(clips) {
      const latents = await codec.encode(clips);
      return (await codec.decode(latents, clips[0]!.fps)).map(clamped);
    },
    [Symbol.dispose]: () => kept.dispose(),
  };
}

/** Values as a screen shows them. */
function clamped(clip: Clip): Clip {
  return { ...clip, data: clip.data.map((x) => Math.min(1, Math.max(0, x))) };
}
