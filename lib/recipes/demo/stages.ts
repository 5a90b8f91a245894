import * as tf from "@tensorflow/tfjs-core";
import type { Device } from "../../compiler/mod.ts";
import {
  type Clip,
  type NdArray,
  type Progress,
  Rng,
  scalar,
} from "../../core/mod.ts";
import { type JsonlWriter, openJsonl } from "../../formats/jsonl/mod.ts";
import { initBackbone, logVariances } from "../../models/backbone/mod.ts";
import { sampleTimesteps } from "../../models/diffusion/mod.ts";
import { initText, tokenisePrompts } from "../../models/text/mod.ts";
import {
  initVae,
  latentSizeOf,
  type VaeParameters,
} from "../../models/vae/mod.ts";
import type { Tensors } from "../../models/layers/mod.ts";
import { batchOfClips, stackArrays } from "../../core/mod.ts";
import {
  clipPositions,
  type DiffusionParameters,
} from "../../models/text_to_video/mod.ts";
import {
  type CheckpointProgress,
  diffusionTrainingLoss,
  initTrainState,
  loadCheckpoint,
  peekCheckpoint,
  saveCheckpoint,
  train,
  type Trained,
  type Training,
  type VaeBatch,
  vaeTrainingLoss,
} from "../../trainer/mod.ts";
import type { DemoPlan } from "./plan.ts";

/** What both stages work with. */
export interface StageContext {
  readonly plan: DemoPlan;
  readonly device: Device;
  /** Folder of the run. */
  readonly folder: string;
  /** What identifies the run: plan, video and caption. */
  readonly fingerprint: unknown;
  readonly metrics: JsonlWriter;
  readonly progress: Progress;
  readonly signal: AbortSignal;
  readonly clock: () => number;
}

/** Seconds between checkpoints. */
const SAVE_EVERY = 10;

/** Learns to code the clip, and that there are others. */
export function trainVae(
  context: StageContext,
  clip: Clip,
  others: readonly Clip[],
): Promise<Trained<VaeParameters>> {
  const { plan } = context;
  const { vae } = plan.models;
  const grid = latentSizeOf(vae, plan.clip);
  const lossOf = vaeTrainingLoss(vae, plan.vae.beta);
  return runStage(context, "vae", {
    config: plan.vae,
    initial: initVae(vae, new Rng(plan.seed).fork("vae")),
    lossOf(
      parameters: Tensors<VaeParameters>,
      batch: VaeBatch & { readonly weight: tf.Tensor },
    ) {
      const { loss, metrics } = lossOf(parameters, batch);
      return { loss: tf.mul(loss, batch.weight), metrics };
    },
    batchAt(step) {
      const rng = new Rng(plan.seed).fork(`vae step ${step}`);
      const isClip = rng.uniform() < plan.vae.clipShare || others.length === 0;
      return {
        clips: batchOfClips([isClip ? clip : rng.pick(others)]),
        noise: rng.normals([
          1,
          grid.frames,
          grid.height,
          grid.width,
          vae.latentChannels,
        ]),
        weight: scalar(isClip ? 1 : plan.vae.othersWeight),
      };
    },
  });
}

/** A clip as the backbone sees it. */
export interface CaptionedLatent {
  /** Normalised, `[t,h,w,Z]`. */
  readonly latent: NdArray<"float32">;
  readonly caption: string;
}

/** Learns to draw the latents that the captions name. The first is the clip. */
export function trainDiffusion(
  context: StageContext,
  latents: readonly [CaptionedLatent, ...CaptionedLatent[]],
): Promise<Trained<DiffusionParameters>> {
  const { plan } = context;
  const { models, diffusion } = plan;
  const [clip, ...others] = latents;
  const positions = clipPositions(plan.models, plan.clip);
  const rng = new Rng(plan.seed);
  const backbone = initBackbone(models.backbone, {
    latentChannels: models.vae.latentChannels,
    text: models.text,
  }, rng.fork("backbone"));
  return runStage(context, "diffusion", {
    config: diffusion,
    initial: {
      text: initText(models.text, rng.fork("text")),
      backbone: {
        ...backbone,
        ...(models.backbone.scaledChannels && {
          logVariance: logVariances(latents.map(({ latent }) => latent)),
        }),
      },
    },
    lossOf: diffusionTrainingLoss(models),
    batchAt(step) {
      const rng = new Rng(plan.seed).fork(`diffusion step ${step}`);
      const chosen = Array.from({ length: diffusion.batch }, () => {
        const isClip = rng.uniform() < diffusion.clipShare ||
          others.length === 0;
        const { latent, caption } = isClip ? clip : rng.pick(others);
        const dropped = rng.uniform() < diffusion.dropped;
        return { latent, caption: dropped ? "" : caption };
      });
      const batch = stackArrays(chosen.map(({ latent }) => latent));
      return {
        latents: batch,
        noise: rng.normals(batch.shape),
        sigmas: sampleTimesteps(rng, diffusion.batch),
        prompts: tokenisePrompts(
          chosen.map(({ caption }) => caption),
          models.text,
        ),
        positions,
      };
    },
  });
}

/** Runs a stage from where its checkpoint stands to its end. */
async function runStage<P, B, A>(
  context: StageContext,
  name: StageName,
  stage: Pick<
    Training<P, B, A>,
    "config" | "initial" | "lossOf" | "batchAt"
  >,
): Promise<Trained<P>> {
  const { folder, fingerprint } = context;
  const path = checkpointPath(folder, name);
  const resume = await loadCheckpoint(
    path,
    fingerprint,
    initTrainState(stage.initial),
  );
  return await train({
    ...stage,
    ...context,
    name,
    resume,
    saveEvery: SAVE_EVERY,
    save: (checkpoint) => saveCheckpoint(path, checkpoint, fingerprint),
  });
}

/** The stages, in order. */
const STAGES = ["vae", "diffusion"] as const;
type StageName = typeof STAGES[number];

function checkpointPath(folder: string, name: StageName): string {
  return `${folder}/${name}.safetensors`;
}

/**
 * Opens the run's metrics, cut back to what the latest checkpoint has seen, so
 * that a resumed run leaves no step twice.
 */
export async function openMetrics(
  folder: string,
  fingerprint: unknown,
): Promise<JsonlWriter> {
  let resumed: CheckpointProgress | undefined;
  for (const name of STAGES) {
    const path = checkpointPath(folder, name);
    resumed = await peekCheckpoint(path, fingerprint) ?? resumed;
  }
  return openJsonl(`${folder}/metrics.jsonl`, {
    atBytes: resumed?.metricsBytes ?? 0,
    digest: resumed?.metricsDigest,
  });
}
