import { remat } from "../../compiler/mod.ts";
import { exists, Rng, stackArrays } from "../../core/mod.ts";
import { batchOrder, type ClipSource } from "../../dataset/batches/mod.ts";
import type { Phase } from "../../dataset/vocabulary/mod.ts";
import {
  REFERENCE_TOKENS,
  sampleTimesteps,
  timestepShift,
} from "../../models/diffusion/mod.ts";
import { tokenisePrompts } from "../../models/text/mod.ts";
import {
  clipPositions,
  type DiffusionParameters,
  initModel,
} from "../../models/text_to_video/mod.ts";
import { normaliseLatent } from "../../models/vae/mod.ts";
import {
  latentSpaceOf,
  loadWeights,
  openCodec,
  saveWeights,
  type VaeWeights,
  type Weights,
} from "../../pipeline/mod.ts";
import type { Microbatch } from "../loop/compiled_step.ts";
import { openLatentCache } from "../precompute/latent_cache.ts";
import { planOf, trainingConfigOf } from "../run/config.ts";
import { phaseBeforeMissing } from "../run/prerequisites.ts";
import { pretrainedDiffusion } from "../run/pretrained.ts";
import type { Run } from "../run/run.ts";
import { phaseClips } from "../run/sources.ts";
import { endParameters, isDone, trainStage } from "../run/train_stage.ts";
import {
  type DiffusionBatch,
  diffusionTrainingLoss,
  lossBySigma,
} from "./diffusion_loss.ts";
import type { HeldOutClip } from "./held_out_loss.ts";
import { clipShapeOf } from "./stage_plan.ts";
import { phaseEvaluator } from "./phase_evaluator.ts";
import { stageOf } from "./stages.ts";
import { textPathOf } from "./text.ts";

/**
 * Shifts timesteps towards noise, where the prompt determines the content: half
 * of the logit-normal's sigmas exceed 0.6 for latents of 32 channels and 0.75
 * for 128.
 */
const SIGMA_SHIFT = 1.5;
/** Fraction of samples without their caption, for classifier-free guidance. */
const CAPTION_DROPOUT = 0.1;

/** Trains one phase of the curriculum to its end, or resumes it. */
export async function trainPhase(
  run: Run,
  phase: Phase,
  vae: Weights<VaeWeights>,
): Promise<void> {
  const { config, device, folder, host } = run;
  const { models, seed } = config;
  const stage = stageOf(phase);
  const plan = planOf(config, stage);
  const rng = new Rng(seed).fork(stage);
  const path = `${folder}/${stage}.safetensors`;
  using held = new DisposableStack();

  // Data: clips of the phase.
  const shape = clipShapeOf(plan);
  const source = await phaseClips(
    config,
    phase,
    { split: "train", length: plan.samples, shape },
    { held, log: host.log },
  );
  const pretrained = phase === config.startPhase
    ? await pretrainedDiffusion(config)
    : undefined;
  const stageConfig = {
    models,
    plan,
    maxSteps: config.maxSteps,
    seed,
    data: source.name,
    languages: config.languages,
    heldOut: config.heldOut,
    evaluateEvery: config.evaluateEvery,
    optimiser: config.optimiser,
    textLrScale: config.textLrScale,
    vae: latentSpaceOf(vae),
    ...(pretrained && { finetune: pretrained.digest }),
  };
  if (await isDone(run, stage, stageConfig, path)) return;

  // Model: text encoder and backbone.
  const initial = await initialOf(run, phase, pretrained?.parameters);

  // Latents: clips encoded once.
  const { statistics } = vae.tensors;
  const codec = held.use(
    await openCodec(device, vae.tensors.parameters, models.vae),
  );
  const cached = (source: ClipSource) =>
    openLatentCache({
      source,
      shape,
      seed,
      codec,
      codecDigest: latentSpaceOf(vae),
      folder: `${folder}/latents`,
      progress: host.progress,
      log: host.log,
      signal: host.signal,
    });
  const latents = await cached(source);
  const { batch } = plan;
  const order = batchOrder(seed, [{ length: source.length, batch }]);
  const positions = clipPositions(models, shape);
  const sampleAt = async (index: number, rng: Rng) => {
    const isDropped = rng.uniform() < CAPTION_DROPOUT;
    const { caption } = isDropped
      ? { caption: "" }
      : await (source.captionAt?.(index, rng) ?? latents.entryAt(index));
    const latent = await latents.latentAt(index);
    return { latent: normaliseLatent(latent, statistics), caption };
  };
  // Equal for all sizes of clips.
  const sigmaShift = SIGMA_SHIFT *
    timestepShift(REFERENCE_TOKENS, models.vae.latentChannels);

  // Evaluation: held-out clips of the phase.
  const heldOut = await cached(
    await phaseClips(
      config,
      phase,
      { split: "validation", length: config.heldOut, shape },
      { held, log: host.log },
    ),
  );
  const heldOutClips: HeldOutClip[] = [];
  for (let i = 0; i < heldOut.length; i++) {
    heldOutClips.push({
      latent: normaliseLatent(await heldOut.latentAt(i), statistics),
      caption: (await heldOut.entryAt(i)).caption,
    });
  }
  using evaluator = phaseEvaluator(run, stage, {
    clips: heldOutClips,
    positions,
    codec,
    statistics,
    shape,
  });

  // Loss, optimiser, loop.
  const training = trainingConfigOf(config, stage, plan);
  const trained = await trainStage(run, stage, stageConfig, {
    config: training,
    initial,
    lossOf: diffusionTrainingLoss(models, config.recompute ? { remat } : {}),
    async batchAt(n: number) {
      const samples = [];
      for (const { index, epoch } of order(n).samples) {
        const draw = rng.fork(`sample ${index} of epoch ${epoch}`);
        samples.push(await sampleAt(index, draw));
      }
      const clean = stackArrays(samples.map(({ latent }) => latent));
      const draw = rng.fork(`noise ${n}`);
      return {
        latents: clean,
        noise: draw.normals(clean.shape),
        sigmas: sampleTimesteps(draw, batch, sigmaShift),
        prompts: tokenisePrompts(
          samples.map(({ caption }) => caption),
          models.text,
        ),
        positions,
      };
    },
    measure: (microbatches: readonly Microbatch<DiffusionBatch>[]) => ({
      bySigma: lossBySigma(
        microbatches.flatMap(({ batch }) => [...batch.sigmas.data]),
        microbatches.flatMap(({ outputs }) => [...outputs.losses!.data]),
      ),
    }),
    evaluator,
  });

  // Result: EMA weights.
  await saveWeights(path, trained.state.averages!.long, {
    kind: "Diffusion",
    config: {
      text: models.text,
      backbone: models.backbone,
      vae: latentSpaceOf(vae),
    },
    stage,
    step: training.schedule.totalSteps,
    score: trained.best?.score,
    average: "long",
  });
}

/**
 * Parameters at the start of a phase: the last ones of the phase before, and in
 * the first phase of a run fresh or pretrained ones with the run's text encoder.
 */
async function initialOf(
  run: Run,
  phase: Phase,
  pretrained?: DiffusionParameters,
): Promise<DiffusionParameters> {
  const { models, seed, startPhase } = run.config;
  const rng = new Rng(seed).fork("diffusion");
  const fresh = {
    text: initModel("text", models, rng),
    backbone: initModel("backbone", models, rng),
  };
  if (phase !== startPhase) {
    const ended = await endParameters(run, stageOf(phase - 1 as Phase), fresh);
    if (ended) return ended;
    throw phaseBeforeMissing(run.folder, phase);
  }
  const initial = pretrained ?? fresh;
  const path = textPathOf(run.folder);
  if (!await exists(path)) return initial;
  const { tensors: text } = await loadWeights(path, {
    kind: "MultilingualTextEncoder",
    config: models.text,
    form: fresh.text,
  });
  // Layers that read text tokens start fresh: theirs came from another encoder.
  const { text: textLayers, promptMlp } = fresh.backbone;
  return {
    text,
    backbone: {
      ...initial.backbone,
      text: textLayers,
      ...(promptMlp && { promptMlp }),
    },
  };
}
