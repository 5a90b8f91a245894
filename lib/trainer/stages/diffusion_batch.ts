import type { ArraysOf } from "../../compiler/mod.ts";
import { type NdArray, type Rng, stackArrays } from "../../core/mod.ts";
import type { ClipShape } from "../../dataset/batches/mod.ts";
import { sampleTimesteps } from "../../models/diffusion/mod.ts";
import type { RotaryTable } from "../../models/layers/mod.ts";
import {
  clipPositions,
  type ModelConfig,
  promptTokens,
} from "../../models/text_to_video/mod.ts";
import type { DiffusionBatch } from "./diffusion_loss.ts";

/** What a batch is made of. */
export interface DiffusionSamples {
  /** Latents of variance one, `[t,h,w,Z]` each, as `Pipeline.encode` returns them in a batch. */
  readonly latents: readonly NdArray<"float32">[];
  /** One for each latent; an empty one drops the prompt. */
  readonly captions: readonly string[];
  /** Of the clips behind the latents. */
  readonly shape: ClipShape;
  /** Draws noise and noise levels; is advanced. */
  readonly rng: Rng;
  /** Rotary tables of the shape; computed where left out. */
  readonly positions?: RotaryTable;
  /** Draws noise levels, `[B]` in (0,1); logit-normal where left out. */
  readonly sigmas?: (rng: Rng, count: number) => NdArray<"float32">;
}

/**
 * A batch for `diffusionTrainingLoss`: latents with noise and noise levels, the
 * tokens of the captions and the positions of the latent cells.
 *
 * @example
 * ```ts
 * import { diffusionBatch, PRESETS, Rng } from "lib/mod.ts";
 * import assert from "node:assert/strict";
 *
 * const rng = new Rng(1);
 * const { noise, prompts } = diffusionBatch(PRESETS.tiny, {
 *   latents: [rng.normals([2, 2, 2, 8])],
 *   captions: ["a red circle"],
 *   shape: { frames: 8, height: 32, width: 32, fps: 8 },
 *   rng,
 * });
 * assert.deepEqual(noise.shape, [1, 2, 2, 2, 8]);
 * assert.equal(prompts.characters.shape[0], 1);
 * ```
 */
export function diffusionBatch(
  models: ModelConfig,
  {
    latents,
    captions,
    shape,
    rng,
    positions = clipPositions(models, shape),
    sigmas = sampleTimesteps,
  }: DiffusionSamples,
): ArraysOf<DiffusionBatch> {
  const stacked = stackArrays(latents);
  return {
    latents: stacked,
    noise: rng.normals(stacked.shape),
    sigmas: sigmas(rng, latents.length),
    prompts: promptTokens(captions, models.text),
    positions,
  };
}
