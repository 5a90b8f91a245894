import { type Device, disposeState, uploadState } from "../../compiler/mod.ts";
import { InputError, unstackArrays } from "../../core/mod.ts";
import type { ClipShape } from "../../dataset/batches/mod.ts";
import { type Phase, PHASES } from "../../dataset/vocabulary/mod.ts";
import type { EvaluatedModel } from "../../evaluation/mod.ts";
import { tokenPositions } from "../../models/backbone/mod.ts";
import type { SolverName } from "../../models/diffusion/mod.ts";
import {
  latentSizeOf,
  normaliseLatent,
  strideOf,
} from "../../models/vae/mod.ts";
import {
  openCodec,
  openGenerator,
  readTrainedModels,
  type TrainedModels,
} from "../../pipeline/mod.ts";
import { HELD_OUT_SIGMAS, openHeldOutLoss } from "../../trainer/mod.ts";

/** Settings of the sampler. */
export interface SamplerOptions {
  readonly steps: number;
  readonly guidance: number;
  readonly rescale: number;
  readonly sampler: SolverName;
}

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
  sampling: SamplerOptions,
  device: Device,
): Promise<EvaluatedModel> {
  const models = await readTrainedModels(path);
  const { facts, digests } = models;
  const generator = await openGenerator(device, models);
  const { stage } = facts.diffusion;
  return {
    name: `${path.replace(/[/\\][^/\\]*\.safetensors$/, "")}, ${stage}`,
    phase: phaseOf(path, stage),
    identity: { digests, sampling },
    vae: digests.vae,
    latentFrames: { stride: strideOf(models.config.vae).time },
    generate: (prompts, seed) =>
      generator.generate({ ...sampling, ...shape, prompts, seed }),
    reconstruct: (clips) => generator.reconstruct(clips),
    heldOutLoss: (clips) => heldOutLoss(device, models, clips),
    [Symbol.dispose]: () => generator[Symbol.dispose](),
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

/** {@link EvaluatedModel.heldOutLoss} of models. */
async function heldOutLoss(
  device: Device,
  { config, vae, diffusion, statistics }: TrainedModels,
  clips: Parameters<EvaluatedModel["heldOutLoss"]>[0],
): Promise<ReadonlyMap<number, number>> {
  using codec = await openCodec(device, vae, config.vae);
  const latents = [];
  for (let at = 0; at < clips.length; at += BATCH) {
    const batch = clips.slice(at, at + BATCH).map(({ clip }) => clip);
    latents.push(...unstackArrays(await codec.encode(batch)));
  }
  const { clip } = clips[0]!;
  const state = await uploadState(device, diffusion);
  try {
    using loss = openHeldOutLoss(device, state, config, {
      clips: latents.map((latent, i) => ({
        latent: normaliseLatent(latent, statistics),
        caption: clips[i]!.caption,
      })),
      positions: tokenPositions(
        latentSizeOf(config.vae, clip),
        strideOf(config.vae),
        clip.fps,
        config.backbone.width / config.backbone.heads,
      ),
      seed: LOSS_SEED,
    });
    const losses = await loss.measure();
    return new Map(HELD_OUT_SIGMAS.map((sigma, i) => [sigma, losses[i]!]));
  } finally {
    disposeState(state);
  }
}
