import { remat } from "../../compiler/mod.ts";
import { exists, type NdArray, Rng } from "../../core/mod.ts";
import { batchOrder, type Bucket } from "../../dataset/batches/mod.ts";
import type { Phase } from "../../dataset/vocabulary/mod.ts";
import { logVariances } from "../../models/backbone/mod.ts";
import {
  REFERENCE_TOKENS,
  sampleTimesteps,
  timestepShift,
} from "../../models/diffusion/mod.ts";
import type { RotaryTable } from "../../models/layers/mod.ts";
import { initLora, type LoraConfig } from "../../models/lora/mod.ts";
import {
  clipPositions,
  type DiffusionParameters,
  initModel,
  isOwn,
} from "../../models/text_to_video/mod.ts";
import { normaliseLatent } from "../../models/vae/mod.ts";
import {
  latentSpaceOf,
  loadWeights,
  LORA_ENDING,
  LORA_KIND,
  openCodec,
  saveWeights,
  type VaeWeights,
  type Weights,
} from "../../pipeline/mod.ts";
import { onFirstRank } from "../../ranks/mod.ts";
import type { Outputs } from "../loop/compiled_step.ts";
import {
  type LatentCache,
  openLatentCache,
} from "../precompute/latent_cache.ts";
import {
  evaluationFact,
  moduleFact,
  ownLossOf,
  planOf,
  trainingConfigOf,
  updateRuleOf,
} from "../run/config.ts";
import { phaseBefore, phaseBeforeMissing } from "../run/prerequisites.ts";
import {
  frozenDiffusion,
  type Pretrained,
  pretrainedDiffusion,
} from "../run/pretrained.ts";
import type { Run } from "../run/run.ts";
import { endParameters, isDone, trainStage } from "../run/train_stage.ts";
import { diffusionBatch } from "./diffusion_batch.ts";
import { diffusionTrainingLoss, lossBySigma } from "./diffusion_loss.ts";
import type { HeldOutClip } from "./held_out_loss.ts";
import { phaseEvaluator } from "./phase_evaluator.ts";
import {
  loraParameters,
  type PhaseParameters,
  wholeParameters,
} from "./phase_parameters.ts";
import { stageOf } from "./stages.ts";
import { textPathOf } from "./text.ts";

/**
 * Shifts timesteps towards noise, where the prompt determines the content: half
 * of the logit-normal's sigmas exceed 0.6 for latents of 32 channels and 0.75
 * for 128.
 */
const SIGMA_SHIFT = 1.5;
/** Number of training latents whose channels are measured. */
const MEASURED_LATENTS = 256;

/** A bucket, its latents, and the positions of their tokens. */
interface CachedBucket extends Bucket {
  readonly latents: LatentCache;
  readonly positions: RotaryTable;
}

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
  const { lora } = config;
  const path = `${folder}/${stage}${lora ? LORA_ENDING : ".safetensors"}`;

  // Data: clips of the phase.
  const { name, buckets } = run.data.clips(stage, "train", plan.samples);
  const pretrained = lora
    ? await frozenDiffusion(config)
    : phaseBefore(config, phase, run.data) === undefined
    ? await pretrainedDiffusion(config)
    : undefined;
  const stageConfig = {
    models,
    plan,
    maxSteps: config.maxSteps,
    seed,
    data: name,
    languages: config.languages,
    heldOut: config.heldOut,
    ...evaluationFact(config),
    optimiser: config.optimiser,
    ...updateRuleOf(config),
    textLrScale: config.textLrScale,
    captionDropout: config.captionDropout,
    vae: latentSpaceOf(vae),
    ...(config.sigmaShift !== undefined && { sigmaShift: config.sigmaShift }),
    ...(pretrained && { finetune: pretrained.digest }),
    ...(lora && { lora }),
  };
  if (await isDone(run, stage, stageConfig, path)) return;

  // Model: text encoder and backbone, or adapters of them.
  const given = lora
    ? undefined
    : await initialOf(run, phase, pretrained?.parameters);

  // Latents: clips encoded once.
  const { statistics } = vae.tensors;
  using codec = await openCodec(device, vae.tensors.parameters, models.vae);
  const cached = ({ source, shape }: Bucket) =>
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
      ranks: run.ranks,
    });
  const groups: CachedBucket[] = [];
  for (const bucket of buckets) {
    groups.push({
      ...bucket,
      latents: await cached(bucket),
      positions: clipPositions(models, bucket.shape),
    });
  }
  const normalisedAt = async (latents: LatentCache, index: number) =>
    normaliseLatent(await latents.latentAt(index), statistics);
  using parameters = lora
    ? await adaptersOf(run, phase, lora, pretrained!)
    : wholeParameters(
      await measured(given!, async () => {
        const { latents } = groups[0]!;
        const count = Math.min(latents.length, MEASURED_LATENTS);
        return await Promise.all(
          Array.from({ length: count }, (_, i) => normalisedAt(latents, i)),
        );
      }),
    );
  const order = batchOrder(
    seed,
    buckets.map(({ source: { length }, batch }) => ({ length, batch })),
    plan.accumulation,
  );
  const sampleAt = async (
    { source, latents }: CachedBucket,
    index: number,
    rng: Rng,
  ) => {
    const isDropped = rng.uniform() < config.captionDropout;
    const entry = await latents.entryAt(index);
    const { caption } = isDropped
      ? { caption: "" }
      : await (source.captionAt?.(entry.index ?? index, rng) ?? entry);
    return { latent: await normalisedAt(latents, index), caption };
  };
  // Equal for all sizes of clips.
  const sigmaShift = config.sigmaShift ?? SIGMA_SHIFT *
      timestepShift(REFERENCE_TOKENS, models.vae.latentChannels);

  // Evaluation: held-out clips of the phase.
  const heldOut = [];
  const held = run.data.clips(stage, "validation", config.heldOut);
  for (const bucket of held.buckets) {
    const latents = await cached(bucket);
    const clips: HeldOutClip[] = [];
    for (let i = 0; i < latents.length; i++) {
      clips.push({
        latent: normaliseLatent(await latents.latentAt(i), statistics),
        caption: (await latents.entryAt(i)).caption,
      });
    }
    const { shape } = bucket;
    heldOut.push({ clips, shape, positions: clipPositions(models, shape) });
  }
  using evaluator = phaseEvaluator(run, stage, {
    groups: heldOut,
    codec,
    statistics,
  });

  // Loss, optimiser, loop.
  const loss = ownLossOf(config);
  const lossOf = parameters.lossOf(diffusionTrainingLoss(models, {
    own: loss,
    ...(config.recompute && { remat }),
  }));
  const most = Math.max(...buckets.map(({ batch }) => batch));
  const training = trainingConfigOf(config, stage, plan, most);
  const trained = await trainStage(run, stage, stageConfig, {
    config: training,
    initial: parameters.initial,
    frozen: parameters.frozen,
    lossOf,
    async batchAt(n: number) {
      const plan = order(n);
      const group = groups[plan.bucket]!;
      const samples = [];
      for (const { index, epoch } of plan.samples) {
        const draw = rng.fork(`sample ${index} of epoch ${epoch}`);
        samples.push(await sampleAt(group, index, draw));
      }
      return diffusionBatch(models, {
        latents: samples.map(({ latent }) => latent),
        captions: samples.map(({ caption }) => caption),
        shape: group.shape,
        positions: group.positions,
        rng: rng.fork(`noise ${n}`),
        sigmas: (rng, count) =>
          loss?.part.sigmas?.(rng, count, loss.own) ??
            sampleTimesteps(rng, count, sigmaShift),
      });
    },
    notesOf: ({ sigmas }) => ({ sigmas }),
    measure: (microbatches: readonly Outputs[]) => ({
      bySigma: lossBySigma(
        microbatches.flatMap(({ sigmas }) => [...sigmas!.data]),
        microbatches.flatMap(({ losses }) => [...losses!.data]),
      ),
      ...run.data.unreadable.record(),
    }),
    evaluator: {
      every: evaluator.every,
      evaluate: (state, step) =>
        parameters.show(
          state.averages!.long,
          (ema) => evaluator.evaluate(ema, step),
        ),
    },
  });

  // Result: EMA weights.
  await onFirstRank(
    run.ranks,
    () =>
      saveWeights(path, trained.state.averages!.long, {
        ...lora
          ? {
            kind: LORA_KIND,
            config: { ...lora, base: pretrained!.digest },
          }
          : {
            kind: "Diffusion",
            config: {
              text: models.text,
              backbone: models.backbone,
              vae: latentSpaceOf(vae),
            },
          },
        stage,
        step: training.schedule.totalSteps,
        score: trained.best?.score,
        average: "long",
        ...moduleFact(config),
        clip: buckets[0]!.shape,
        ...(config.finetune === undefined && !run.data.isCaptioned &&
          { unconditional: true }),
      }),
  );
}

/**
 * The parameters with the variances of latent channels, where the backbone takes
 * them and has none yet: fresh ones are all `log 1`.
 */
async function measured(
  parameters: DiffusionParameters,
  latents: () => Promise<NdArray<"float32">[]>,
): Promise<DiffusionParameters> {
  const { backbone } = parameters;
  const isFresh = backbone.logVariance?.data.every((x) => x === 0) ?? false;
  if (!isFresh) return parameters;
  const logVariance = logVariances(await latents());
  return { ...parameters, backbone: { ...backbone, logVariance } };
}

/**
 * Adapters of pretrained models: at the start of a phase the last ones of the
 * phase before, and in the first phase of a run fresh ones.
 */
async function adaptersOf(
  run: Run,
  phase: Phase,
  lora: LoraConfig,
  { parameters }: Pretrained<DiffusionParameters>,
): Promise<PhaseParameters> {
  const rng = new Rng(run.config.seed).fork("lora");
  const fresh = initLora(parameters, lora, rng);
  const initial = await afterPhaseBefore(run, phase, fresh) ?? fresh;
  return await loraParameters(run.device, parameters, lora, initial);
}

/** The last parameters of the phase before; undefined in the first of a run. */
async function afterPhaseBefore<P>(
  run: Run,
  phase: Phase,
  form: P,
): Promise<P | undefined> {
  const earlier = phaseBefore(run.config, phase, run.data);
  if (earlier === undefined) return undefined;
  const ended = await endParameters(run, stageOf(earlier), form);
  if (ended) return ended;
  throw phaseBeforeMissing(run.folder, phase, earlier);
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
  const { models, seed } = run.config;
  const rng = new Rng(seed).fork("diffusion");
  const fresh = {
    text: initModel("text", models, rng),
    backbone: initModel("backbone", models, rng),
  };
  const ended = await afterPhaseBefore(run, phase, fresh);
  if (ended) return ended;
  const initial = pretrained ?? fresh;
  const path = textPathOf(run.folder);
  if (isOwn(models.text) || !await exists(path)) return initial;
  const { tensors: text } = await loadWeights(path, {
    kind: "MultilingualTextEncoder",
    config: models.text,
    form: fresh.text,
  });
  if (!pretrained) return { text, backbone: fresh.backbone };
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
