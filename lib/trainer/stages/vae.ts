import type * as tf from "@tensorflow/tfjs-core";
import { type Compiled, jitWithState, remat } from "../../compiler/mod.ts";
import {
  batchOfClips,
  clamped,
  type Clip,
  clipsOfBatch,
  exists,
  type NdArray,
  Rng,
  unstackArrays,
} from "../../core/mod.ts";
import { type Bucket, clipBatches } from "../../dataset/batches/mod.ts";
import type { SheetRow } from "../../dataset/encode/mod.ts";
import type { Tensors } from "../../models/layers/mod.ts";
import {
  decodeLatents,
  encodeClips,
  initAnyVae,
  isOwn,
} from "../../models/text_to_video/mod.ts";
import {
  blockOf,
  latentSizeOf,
  latentStatistics,
  type VaeParameters,
  withPrincipalShortcut,
} from "../../models/vae/mod.ts";
import {
  latentSpaceOf,
  loadVae,
  openCodec,
  saveWeights,
  VAE_FILE,
  type VaeWeights,
  type Weights,
} from "../../pipeline/mod.ts";
import { onFirstRank } from "../../ranks/mod.ts";
import type { Evaluator } from "../loop/train.ts";
import { countParameters } from "../loop/train_step.ts";
import {
  evaluationFact,
  evaluationInterval,
  moduleFact,
  planOf,
  trainingConfigOf,
  updateRuleOf,
} from "../run/config.ts";
import { pretrainedVae } from "../run/pretrained.ts";
import { perceptualTerm, type Run } from "../run/run.ts";
import { isDone, trainStage } from "../run/train_stage.ts";
import { principalBlocks } from "./principal_blocks.ts";
import { cropSize, randomCrop } from "./random_crop.ts";
import { anyVaeLoss } from "./vae_loss.ts";

/** Batch size outside training. */
const EVALUATION_BATCH = 8;
/** Number of training clips for principal components and latent statistics. */
const MEASURED_CLIPS = 256;
/** Number of clips of a sample sheet. */
const SHEET_CLIPS = 4;

/** Trains the VAE of a run to its end, or resumes it; returns its EMA weights. */
export async function trainVae(run: Run): Promise<Weights<VaeWeights>> {
  const { config, device, folder } = run;
  const { models, seed } = config;
  const plan = planOf(config, "vae");
  const path = `${folder}/${VAE_FILE}`;

  // Data: real shots, or synthetic clips of all phases.
  const data = run.data.clips("vae", "train", plan.samples);
  const rng = new Rng(seed).fork("vae");
  const clipsAt = clipBatches(data.buckets, seed, rng, plan.accumulation);

  // Model: fresh, pretrained, or with a frozen encoder.
  const frozen = config.freezeEncoder === undefined
    ? undefined
    : await loadVae(config.freezeEncoder, models.vae);
  const pretrained = await pretrainedVae(config, rng);
  const perceptual = perceptualTerm(config, run.host);
  const stageConfig = {
    model: models.vae,
    plan,
    maxSteps: config.maxSteps,
    seed,
    data: data.name,
    heldOut: config.heldOut,
    ...evaluationFact(config),
    ...updateRuleOf(config),
    ...(config.crop && { crop: config.crop }),
    ...(config.latentNoise > 0 && { latentNoise: config.latentNoise }),
    ...(frozen && { freezeEncoder: frozen.digest }),
    ...(pretrained && { finetune: pretrained.digest }),
    ...(perceptual && {
      perceptual: { weight: perceptual.weight, network: perceptual.digest },
    }),
    ...(config.temporal > 0 && { temporal: config.temporal }),
  };
  if (await isDone(run, "vae", stageConfig, path)) {
    return await loadVae(path, models.vae);
  }

  const measured = async () =>
    await firstClips(
      run.data.clips("vae", "train", MEASURED_CLIPS).buckets,
      seed,
    );
  const initial = frozen?.tensors.parameters ?? pretrained?.parameters ??
    initAnyVae(models.vae, rng);
  if (countParameters(initial) === 0) {
    return await measuredVae(run, path, initial, measured);
  }
  const isFresh = frozen === undefined && pretrained === undefined;

  // Evaluation: held-out clips.
  const heldOut = run.data.clips("vae", "validation", config.heldOut);
  using evaluator = vaeEvaluator(run, await firstClips(heldOut.buckets, seed));

  // One for all channels; that of a VAE in training is about 1, as its KL divergence asks.
  const unit = frozen?.tensors.statistics.std.data[0] ?? 1;

  // Loss, optimiser, loop.
  const training = trainingConfigOf(config, "vae", plan);
  const trained = await trainStage(run, "vae", stageConfig, {
    config: training,
    initial: !isOwn(models.vae) && models.vae.shortcut && isFresh
      ? withPrincipalShortcut(
        initial,
        await principalBlocks(device, (await measured())[0]!, {
          block: blockOf(models.vae),
          count: models.vae.latentChannels,
          rng: rng.fork("principal components"),
        }),
      )
      : initial,
    lossOf: anyVaeLoss(
      models.vae,
      { perceptual, temporal: config.temporal },
      config.recompute ? { remat } : {},
    ),
    async batchAt(index: number) {
      const { clips, shape } = await clipsAt(index);
      const size = cropSize(shape, config.crop);
      const place = rng.fork(`crop ${index}`);
      const { frames, height, width } = latentSizeOf(models.vae, size);
      const latents = [
        clips.length,
        frames,
        height,
        width,
        models.vae.latentChannels,
      ] as const;
      return {
        clips: batchOfClips(
          clips.map(({ clip }) => randomCrop(clip, size, place)),
        ),
        noise: rng.fork(`noise ${index}`).normals(latents),
        ...(config.latentNoise > 0 && {
          disturbance: disturbanceOf(
            latents,
            config.latentNoise * unit,
            rng.fork(`disturbance ${index}`),
          ),
        }),
      };
    },
    measure: () => run.data.unreadable.record(),
    evaluator,
  });

  // Result: EMA weights and the statistics of their latents.
  await onFirstRank(run.ranks, async () => {
    const parameters = trained.state.averages!.long;
    const statistics = frozen?.tensors.statistics ??
      latentStatistics(await latentsOf(run, parameters, await measured()));
    await saveWeights(path, { parameters, statistics }, {
      kind: "VideoVAE",
      config: models.vae,
      stage: "vae",
      step: training.schedule.totalSteps,
      score: trained.best?.score,
      average: "long",
      ...moduleFact(config),
      ...(frozen && { latentSpace: latentSpaceOf(frozen) }),
    });
  });
  return await loadVae(path, models.vae);
}

/** Weights of a codec that has nothing to train: the statistics of its latents. */
async function measuredVae(
  run: Run,
  path: string,
  parameters: VaeParameters,
  measured: () => Promise<Clip[][]>,
): Promise<Weights<VaeWeights>> {
  const { config, host, ranks } = run;
  if (!await exists(path)) {
    host.log(
      "vae: no parameters to train; the statistics of its latents alone",
    );
    await onFirstRank(ranks, async () => {
      const latents = await latentsOf(run, parameters, await measured());
      const statistics = latentStatistics(latents);
      await saveWeights(path, { parameters, statistics }, {
        kind: "VideoVAE",
        config: config.models.vae,
        stage: "vae",
        step: 0,
        ...moduleFact(config),
      });
    });
  }
  return await loadVae(path, config.models.vae);
}

/**
 * Mean squared error of held-out clips, and a sheet of some of them.
 *
 * @param groups Clips of one size each.
 */
function vaeEvaluator(
  run: Run,
  groups: readonly (readonly Clip[])[],
): Evaluator<VaeParameters> & Disposable {
  const { config: { models, plans }, device } = run;
  // Whole clips, also where training sees crops: no more than in its batch.
  const size = Math.min(EVALUATION_BATCH, plans.vae.batch);
  let compiled:
    | Compiled<{ clips: NdArray }, { clips: tf.Tensor }>
    | undefined;
  return {
    every: evaluationInterval(run.config, "vae"),
    async evaluate(state, step) {
      compiled ??= jitWithState(
        (parameters, { clips }: { clips: tf.Tensor }) => {
          const vae = parameters as Tensors<VaeParameters>;
          const { mean } = encodeClips(vae, clips, models.vae);
          return { outputs: { clips: decodeLatents(vae, mean, models.vae) } };
        },
        state.averages!.long,
        { device, name: "held-out clips" },
      );
      let error = 0, count = 0;
      const rows: SheetRow[] = [];
      const [first] = groups;
      for (const [clips, batch] of batchesOf(groups, size)) {
        const result = await compiled.run({ clips: batchOfClips(batch) });
        const decoded = clipsOfBatch(
          result.clips as NdArray<"float32">,
          batch[0]!.fps,
        ).map(clamped);
        for (const [j, clip] of batch.entries()) {
          error += squaredError(clip, decoded[j]!);
          const label = `held-out clip ${count++}`;
          // Rows of a sheet have one size.
          if (clips !== first || rows.length >= 2 * SHEET_CLIPS) continue;
          rows.push(
            { label, clip },
            { label: "through the VAE", clip: decoded[j]! },
          );
        }
      }
      const score = error / count;
      await run.showSamples({ stage: "vae", step, rows });
      return {
        score,
        record: { heldOutError: score, heldOutPsnr: -10 * Math.log10(score) },
      };
    },
    [Symbol.dispose]: () => compiled?.[Symbol.dispose](),
  };
}

/** Normal noise on latents of shape `[B,t,h,w,Z]`, each clip's with a std of its own, half-normal. */
function disturbanceOf(
  shape: readonly [number, ...number[]],
  scale: number,
  rng: Rng,
): NdArray<"float32"> {
  const noise = rng.normals(shape);
  const [B] = shape;
  const size = noise.data.length / B;
  const stds = rng.normals([B]).data.map((x) => scale * Math.abs(x));
  return {
    ...noise,
    data: noise.data.map((x, i) => x * stds[Math.floor(i / size)]!),
  };
}

/** Latents of groups of clips of one size each, `[t,h,w,Z]`. */
async function latentsOf(
  { device, config }: Run,
  parameters: VaeParameters,
  groups: readonly (readonly Clip[])[],
): Promise<NdArray<"float32">[]> {
  using codec = await openCodec(device, parameters, config.models.vae);
  const latents: NdArray<"float32">[] = [];
  for (const [, batch] of batchesOf(groups, EVALUATION_BATCH)) {
    latents.push(...unstackArrays(await codec.encode(batch)));
  }
  return latents;
}

/** All clips of each bucket, each drawn with the same seed. */
async function firstClips(
  buckets: readonly Bucket[],
  seed: number,
): Promise<Clip[][]> {
  return await Promise.all(buckets.map(async ({ source, shape }) => {
    const clips: Clip[] = [];
    for (let i = 0; i < source.length; i++) {
      clips.push((await source.clipAt(i, shape, new Rng(seed))).clip);
    }
    return clips;
  }));
}

/** Batches of clips of one size, each with its group. */
function* batchesOf(
  groups: readonly (readonly Clip[])[],
  size: number,
): Generator<[group: readonly Clip[], batch: readonly Clip[]]> {
  for (const clips of groups) {
    for (let i = 0; i < clips.length; i += size) {
      yield [clips, clips.slice(i, i + size)];
    }
  }
}

/** Mean squared error over all values of two clips of one size. */
function squaredError(a: Clip, b: Clip): number {
  let sum = 0;
  for (let i = 0; i < a.data.length; i++) sum += (a.data[i]! - b.data[i]!) ** 2;
  return sum / a.data.length;
}
