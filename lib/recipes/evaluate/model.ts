import { type Device, disposeState, uploadState } from "../../compiler/mod.ts";
import { type Clip, InputError } from "../../core/mod.ts";
import type { ClipShape } from "../../dataset/batches/mod.ts";
import { type Phase, PHASES } from "../../dataset/vocabulary/mod.ts";
import { tokenPositions } from "../../models/backbone/mod.ts";
import type { SolverName } from "../../models/diffusion/mod.ts";
import {
  latentSizeOf,
  normaliseLatent,
  strideOf,
} from "../../models/vae/mod.ts";
import { openCodec } from "../../pipeline/mod.ts";
import { openHeldOutLoss } from "../../trainer/mod.ts";
import { unstackArrays } from "../../core/mod.ts";
import {
  openPipeline,
  readTrainedModels,
  type TrainedModels,
} from "../../pipeline/mod.ts";

/** How clips are drawn. */
export interface DrawOptions {
  readonly steps: number;
  readonly guidance: number;
  readonly rescale: number;
  readonly sampler: SolverName;
}

/** A clip that was never trained on, and what is said of it. */
export interface CaptionedClip {
  readonly clip: Clip;
  readonly caption: string;
}

/** A trained model as its evaluation sees it. */
export interface EvaluatedModel extends Disposable {
  /** For people: `runs/nano, phase3`. */
  readonly name: string;
  /** Phase that it was trained up to. */
  readonly phase: Phase;
  /** Names its weights and the way of drawing: the same, the same clips. */
  readonly identity: unknown;
  /** Digest of its VAE. */
  readonly vae: string;
  /** Draws one clip for each prompt. */
  generate(prompts: readonly string[], seed: number): Promise<Clip[]>;
  /** Clips through the VAE and back. */
  reconstruct(clips: readonly Clip[]): Promise<Clip[]>;
  /** Mean loss of the clips at each of `HELD_OUT_SIGMAS`. */
  heldOutLoss(clips: readonly CaptionedClip[]): Promise<number[]>;
}

/** Clips that go through the VAE at a time. */
const AT_ONCE = 8;
/** Of the noise of the held-out loss. */
const LOSS_SEED = 0;

/**
 * Opens trained models to be evaluated.
 *
 * @param path A folder of trained models, or the weights of one phase in it.
 * @param shape Of the clips that are drawn.
 * @throws {InputError} if a file is missing or damaged, the files do not belong
 *   together, or the models cannot make clips of the shape
 */
export async function openModel(
  path: string,
  shape: ClipShape,
  draw: DrawOptions,
  device: Device,
): Promise<EvaluatedModel> {
  const models = await readTrainedModels(path);
  const { facts, digests } = models;
  const pipeline = await openPipeline(device, models);
  const { stage } = facts.diffusion;
  return {
    name: `${path.replace(/[/\\][^/\\]*\.safetensors$/, "")}, ${stage}`,
    phase: phaseOf(path, stage),
    identity: { digests, draw },
    vae: digests.vae,
    generate: (prompts, seed) =>
      pipeline.generate({ ...draw, ...shape, prompts, seed }),
    reconstruct: (clips) => pipeline.reconstruct(clips),
    heldOutLoss: (clips) => heldOutLoss(device, models, clips),
    [Symbol.dispose]: () => pipeline[Symbol.dispose](),
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

async function heldOutLoss(
  device: Device,
  { config, vae, diffusion, statistics }: TrainedModels,
  clips: readonly CaptionedClip[],
): Promise<number[]> {
  using codec = await openCodec(device, vae, config.vae);
  const latents = [];
  for (let at = 0; at < clips.length; at += AT_ONCE) {
    const batch = clips.slice(at, at + AT_ONCE).map(({ clip }) => clip);
    latents.push(...unstackArrays(await codec.encode(batch)));
  }
  const [{ clip }] = clips as [CaptionedClip];
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
    return await loss.measure();
  } finally {
    disposeState(state);
  }
}
