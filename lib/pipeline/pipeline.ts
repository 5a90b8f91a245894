import {
  type Device,
  disposeState,
  type OnDevice,
  uploadState,
} from "../compiler/mod.ts";
import {
  type Clip,
  Lifetime,
  type NdArray,
  Rng,
  stillClip,
} from "../core/mod.ts";
import {
  clipPositions,
  clipTokens,
  type DiffusionParameters,
  type ModelConfig,
  samplingShift,
} from "../models/text_to_video/mod.ts";
import {
  denormaliseLatent,
  latentSizeOf,
  type LatentStatistics,
  normaliseLatent,
  strideOf,
} from "../models/vae/mod.ts";
import {
  checkGiven,
  checkMotionGuidance,
  checkNoise,
  checkOptions,
  type GenerateOptions,
} from "./generate_options.ts";
import { samplerOf, type SamplerOptions } from "./latent_sampler.ts";
import type { OwnModel } from "./own_model.ts";
import {
  knownOfPicture,
  linearDecoders,
  type PictureEdge,
} from "./linear_decoder.ts";
import { samplerMotion } from "./motion_guidance.ts";
import type { TrainedModels } from "./trained_models.ts";
import { type Codec, type CodecOptions, openCodec } from "./vae_codec.ts";
import { unknownWords, type Vocabulary } from "./vocabulary.ts";

/** Trained models on a device, ready to make videos of prompts. */
export interface Pipeline extends Disposable {
  /**
   * Makes one clip for each prompt, values in [0,1].
   *
   * @throws {InputError} naming the first option that breaks its rule
   * @throws {NotFiniteError} naming the step after which a clip is not finite
   * @throws {DisposedError} if the pipeline was disposed of
   * @throws the signal's reason, if it was aborted
   */
  generate(options: GenerateOptions): Promise<Clip[]>;
  /** Clips of one size, [0,1], to latents of variance one, `[B,t,h,w,Z]`. */
  encode(clips: readonly Clip[]): Promise<NdArray<"float32">>;
  /**
   * Pictures of one size, clips of one frame: the latents of each as it stands
   * still, `[B,1,h,w,Z]`, and what is known of a latent frame that shows it first
   * or last and may move, `[Z,Z]` (`GivenFrames`).
   */
  encodePictures(
    pictures: readonly Clip[],
    edge: PictureEdge,
  ): Promise<
    { readonly latents: NdArray<"float32">; readonly known: NdArray<"float32"> }
  >;
  /** Latents of variance one, `[B,t,h,w,Z]`, to clips in [0,1]. */
  decode(latents: NdArray<"float32">, fps: number): Promise<Clip[]>;
  /** Clips of one size, [0,1], through the VAE and back. */
  reconstruct(clips: readonly Clip[]): Promise<Clip[]>;
}

/**
 * The parts of a pipeline that are on a device already; they stay with their
 * owner, but for those that are held.
 */
export interface PipelineParts {
  readonly config: ModelConfig;
  readonly codec: Codec;
  /** Of the VAE's latents, per channel. */
  readonly statistics: LatentStatistics;
  readonly diffusion: OnDevice<DiffusionParameters>;
  readonly vocabulary?: Vocabulary;
  /** Whose sampler counts first, if it has one. */
  readonly own?: OwnModel | undefined;
  /** Freed with the pipeline. */
  readonly held?: Disposable;
}

/**
 * Puts trained models on a device.
 *
 * @param options Guidances are compiled together with the models; tiles are for
 *   clips that are too large for the VAE.
 *
 * @example
 * ```ts
 * import { openDevice } from "lib/compiler/mod.ts";
 * import { Rng } from "lib/core/mod.ts";
 * import { latentStatistics } from "lib/models/vae/mod.ts";
 * import { openPipeline } from "lib/pipeline/pipeline.ts";
 * import { initModels } from "lib/models/text_to_video/mod.ts";
 * import { PRESETS } from "lib/recipes/presets.ts";
 * import assert from "node:assert/strict";
 *
 * // Models that have learned nothing, in the place of trained ones.
 * const { vae, ...diffusion } = initModels(PRESETS.tiny, new Rng(1));
 * const statistics = latentStatistics([new Rng(2).normals([100, 8])]);
 * using device = await openDevice("cpu");
 * using pipeline = await openPipeline(device, { config: PRESETS.tiny, vae, diffusion, statistics });
 * const [clip] = await pipeline.generate({
 *   prompts: ["a red circle"], seed: 1, frames: 8, height: 32, width: 32, fps: 8,
 *   steps: 2, guidance: 2, sampler: "euler",
 * });
 * assert.equal(clip?.frames, 8);
 * ```
 */
export async function openPipeline(
  device: Device,
  models: Pick<
    TrainedModels,
    "config" | "vae" | "diffusion" | "statistics" | "vocabulary" | "own"
  >,
  options: SamplerOptions & CodecOptions = {},
): Promise<Pipeline> {
  using opened = new DisposableStack();
  const { config, vae } = models;
  const codec = opened.use(await openCodec(device, vae, config.vae, options));
  const diffusion = await uploadState(device, models.diffusion, {
    share: true,
  });
  opened.defer(() => disposeState(diffusion));
  const parts = { ...models, codec, diffusion, held: opened.move() };
  return pipelineOf(device, parts, options);
}

/** The same over parts that are on the device already, such as those in training. */
export function pipelineOf(
  device: Device,
  { config, codec, statistics, diffusion, vocabulary, own, held }:
    PipelineParts,
  options: SamplerOptions = {},
): Pipeline {
  const lifetime = new Lifetime("the pipeline");
  const sampler = samplerOf(device, diffusion, config, options);
  const { latentChannels } = config.vae;
  const decode = (latents: NdArray<"float32">, fps: number): Promise<Clip[]> =>
    codec.decode(denormaliseLatent(latents, statistics), fps);
  const stride = strideOf(config.vae);
  const decoders = linearDecoders((latents) => decode(latents, 1), {
    stride,
    channels: latentChannels,
  });
  return {
    async generate({ prompts, seed, fps, steps, ...options }) {
      using _use = lifetime.use();
      checkOptions({ prompts, seed, fps, steps, ...options });
      const { language, onUnknownWords, progress, signal } = options;
      signal?.throwIfAborted();
      clipTokens(config, options);
      const { frames, height, width } = latentSizeOf(config.vae, options);
      const grid = [frames, height, width, latentChannels] as const;
      checkNoise(options.noise, [prompts.length, ...grid]);
      checkGiven(options.given, [prompts.length, ...grid]);
      checkMotionGuidance(options.motion, options);
      const motion = options.motion &&
        await samplerMotion(options.motion, { stride, decoders });
      const unknown = unknownWords(
        vocabulary,
        [...prompts, ...(options.negativePrompts ?? [])],
        language,
      );
      if (unknown.length > 0) onUnknownWords?.(unknown, warningOf(unknown));
      using task = progress?.start({
        label: "Generating",
        total: steps,
        unit: "steps",
      });
      const latents = await sampler.sample({
        prompts,
        negativePrompts: options.negativePrompts,
        // Clip after clip, so that the first of a seed does not depend on how
        // many follow.
        noise: options.noise ??
          new Rng(seed).normals([prompts.length, ...grid]),
        positions: clipPositions(config, { ...options, fps }),
        steps,
        guidance: options.guidance,
        guidanceInterval: options.guidanceInterval,
        rescale: options.rescale,
        given: options.given,
        seed,
        solver: own?.parts.sampler ?? options.sampler,
        motion,
        shift: options.shift ?? samplingShift(config, options),
        onStep(done) {
          task?.update(done);
          signal?.throwIfAborted();
        },
      });
      return await decode(latents, fps);
    },
    async encode(clips) {
      using _use = lifetime.use();
      return normaliseLatent(await codec.encode(clips), statistics);
    },
    async encodePictures(pictures, edge) {
      using _use = lifetime.use();
      const stills = pictures.map((clip) => stillClip(clip, stride.time));
      return {
        latents: normaliseLatent(await codec.encode(stills), statistics),
        known: knownOfPicture(await decoders(1), stride.time, edge),
      };
    },
    async decode(latents, fps) {
      using _use = lifetime.use();
      return await decode(latents, fps);
    },
    async reconstruct(clips) {
      using _use = lifetime.use();
      return await codec.decode(await codec.encode(clips), clips[0]!.fps);
    },
    [Symbol.dispose]: () =>
      lifetime.end(() => {
        sampler[Symbol.dispose]();
        held?.[Symbol.dispose]();
      }),
  };
}

/** The warning about words that no caption had. */
function warningOf(words: readonly string[]): string {
  return `warning: the models have never read ${
    words.map((word) => `"${word}"`).join(", ")
  }; the clip is a guess there`;
}
