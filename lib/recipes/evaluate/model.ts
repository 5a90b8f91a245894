import { type Device, disposeState, uploadState } from "../../compiler/mod.ts";
import { InputError, unstackArrays } from "../../core/mod.ts";
import type { ClipShape } from "../../dataset/batches/mod.ts";
import { type Phase, PHASES } from "../../dataset/vocabulary/mod.ts";
import type { EvaluatedModel } from "../../evaluation/mod.ts";
import type { SamplerName } from "../../models/diffusion/mod.ts";
import { clipPositions } from "../../models/text_to_video/mod.ts";
import { strideOf } from "../../models/vae/mod.ts";
import {
  type GenerateOptions,
  guidanceOf,
  openCodec,
  pipelineOf,
  type ReadModelsOptions,
  readTrainedModels,
  samplerNameOf,
  type TrainedModels,
} from "../../pipeline/mod.ts";
import { HELD_OUT_SIGMAS, openHeldOutLoss } from "../../trainer/mod.ts";

/** Settings of the sampler. */
export type SamplingOptions =
  & Required<Pick<GenerateOptions, "steps" | "rescale">>
  & {
    /** Default: the model's own. */
    readonly guidance?: number | undefined;
    /** Default: the model's own. */
    readonly sampler?: SamplerName | undefined;
  };

/** Clips that go through the VAE at a time. */
const BATCH = 8;
/** Seed of the noise of the held-out loss. */
const LOSS_SEED = 0;

/**
 * Opens trained models to be evaluated.
 *
 * @param path A folder of trained models, or the weights of one phase in it.
 * @param shape Of the generated clips.
 * @throws {InputError} if a file is missing or damaged, the files do not belong
 *   together, or the models cannot make clips of the shape
 */
export async function openModel(
  path: string,
  shape: ClipShape,
  given: SamplingOptions,
  device: Device,
  options: ReadModelsOptions = {},
): Promise<EvaluatedModel & Pick<TrainedModels, "own">> {
  const models = await readTrainedModels(path, options);
  const { config, facts, digests } = models;
  const { stage } = facts.diffusion;
  const guidance = guidanceOf(facts.diffusion, given.guidance);
  const sampler = samplerNameOf(facts.diffusion, given.sampler);
  const sampling = { ...given, guidance, sampler };
  const phase = phaseOf(path, stage);
  using opened = new DisposableStack();
  const codec = opened.use(await openCodec(device, models.vae, config.vae));
  const diffusion = await uploadState(device, models.diffusion);
  opened.defer(() => disposeState(diffusion));
  const pipeline = opened.use(
    pipelineOf(device, { ...models, codec, diffusion }),
  );
  const held = opened.move();
  return {
    name: `${path.replace(/[/\\][^/\\]*\.safetensors$/, "")}, ${stage}`,
    phase,
    identity: { digests, sampling },
    vae: digests.vae,
    latentFrames: { stride: strideOf(config.vae).time },
    ...(models.own && { own: models.own }),
    generate: (prompts, seed) =>
      pipeline.generate({ ...sampling, ...shape, prompts, seed }),
    reconstruct: (clips) => pipeline.reconstruct(clips),
    async heldOutLoss(clips) {
      const latents = [];
      for (let at = 0; at < clips.length; at += BATCH) {
        const batch = clips.slice(at, at + BATCH).map(({ clip }) => clip);
        latents.push(...unstackArrays(await pipeline.encode(batch)));
      }
      using loss = openHeldOutLoss(device, diffusion, config, {
        groups: [{
          clips: latents.map((latent, i) => ({
            latent,
            caption: clips[i]!.caption,
          })),
          positions: clipPositions(config, shape),
        }],
        seed: LOSS_SEED,
      });
      const { bySigma } = await loss.measure();
      return new Map(HELD_OUT_SIGMAS.map((sigma, i) => [sigma, bySigma[i]!]));
    },
    [Symbol.dispose]: () => held.dispose(),
  };
}

/** `phase3` is 3. */
function phaseOf(path: string, stage: string): Phase {
  const phase = PHASES.find((phase) => stage === `phase${phase}`);
  if (phase) return phase;
  throw new InputError(
    `Cannot evaluate "${path}": its stage must be phase1 to phase5: current ` +
      `value is "${stage}"; pass a folder of trained models`,
  );
}
