import type * as tf from "@tensorflow/tfjs-core";
import { type Compiled, jitWithState } from "../../compiler/mod.ts";
import {
  batchOfClips,
  clamped,
  type Clip,
  clipsOfBatch,
  type NdArray,
  Rng,
  unstackArrays,
} from "../../core/mod.ts";
import {
  clipBatches,
  type ClipShape,
  type ClipSource,
} from "../../dataset/batches/mod.ts";
import type { SheetRow } from "../../dataset/encode/mod.ts";
import type { Tensors } from "../../models/layers/mod.ts";
import {
  blockOf,
  decode,
  encode,
  initVae,
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
import type { Evaluator } from "../loop/train.ts";
import { planOf, trainingConfigOf } from "../run/config.ts";
import { pretrainedVae } from "../run/pretrained.ts";
import { perceptualTerm, type Run } from "../run/run.ts";
import { allClips } from "../run/sources.ts";
import { isDone, trainStage } from "../run/train_stage.ts";
import { principalBlocks } from "./principal_blocks.ts";
import { clipShapeOf } from "./stage_plan.ts";
import { vaeTrainingLoss } from "./vae_loss.ts";

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
  using held = new DisposableStack();

  // Data: clips of all phases and of real video.
  const shape = clipShapeOf(plan);
  const grid = latentSizeOf(models.vae, shape);
  const source = await allClips(
    config,
    { split: "train", length: plan.samples, shape },
    { held, log: run.host.log },
  );
  const rng = new Rng(seed).fork("vae");
  const clipsAt = clipBatches(
    [{ source, shape, batch: plan.batch }],
    seed,
    rng,
  );

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
    data: source.name,
    heldOut: config.heldOut,
    evaluateEvery: config.evaluateEvery,
    ...(frozen && { freezeEncoder: frozen.digest }),
    ...(pretrained && { finetune: pretrained.digest }),
    ...(perceptual && {
      perceptual: { weight: perceptual.weight, network: perceptual.digest },
    }),
  };
  if (await isDone(run, "vae", stageConfig, path)) {
    return await loadVae(path, models.vae);
  }

  const measured = async () =>
    await firstClips(
      await allClips(config, {
        split: "train",
        length: MEASURED_CLIPS,
        shape,
      }),
      shape,
      seed,
    );
  const initial = frozen?.tensors.parameters ?? pretrained?.parameters ??
    initVae(models.vae, rng);
  const isFresh = frozen === undefined && pretrained === undefined;

  // Evaluation: held-out clips.
  const heldOut = await allClips(
    config,
    { split: "validation", length: config.heldOut, shape },
    { held, log: run.host.log },
  );
  using evaluator = vaeEvaluator(run, await firstClips(heldOut, shape, seed));

  // Loss, optimiser, loop.
  const training = trainingConfigOf(config, "vae", plan);
  const trained = await trainStage(run, "vae", stageConfig, {
    config: training,
    initial: models.vae.shortcut && isFresh
      ? withPrincipalShortcut(
        initial,
        await principalBlocks(device, await measured(), {
          block: blockOf(models.vae),
          count: models.vae.latentChannels,
          rng: rng.fork("principal components"),
        }),
      )
      : initial,
    lossOf: vaeTrainingLoss(models.vae, undefined, perceptual),
    async batchAt(index: number) {
      const { clips } = await clipsAt(index);
      return {
        clips: batchOfClips(clips.map(({ clip }) => clip)),
        noise: rng.fork(`noise ${index}`).normals([
          plan.batch,
          grid.frames,
          grid.height,
          grid.width,
          models.vae.latentChannels,
        ]),
      };
    },
    evaluator,
  });

  // Result: EMA weights and the statistics of their latents.
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
    ...(frozen && { latentSpace: latentSpaceOf(frozen) }),
  });
  return await loadVae(path, models.vae);
}

/** Mean squared error of held-out clips, and a sheet of some of them. */
function vaeEvaluator(
  run: Run,
  clips: readonly Clip[],
): Evaluator<VaeParameters> & Disposable {
  const { config: { models, evaluateEvery }, device } = run;
  let compiled:
    | Compiled<{ clips: NdArray }, { clips: tf.Tensor }>
    | undefined;
  return {
    every: evaluateEvery,
    async evaluate(state, step) {
      compiled ??= jitWithState(
        (parameters, { clips }: { clips: tf.Tensor }) => {
          const vae = parameters as Tensors<VaeParameters>;
          const { mean } = encode(vae, clips, models.vae);
          return { outputs: { clips: decode(vae, mean, models.vae) } };
        },
        state.averages!.long,
        { device, name: "held-out clips" },
      );
      let error = 0;
      const rows: SheetRow[] = [];
      for (let i = 0; i < clips.length; i += EVALUATION_BATCH) {
        const batch = clips.slice(i, i + EVALUATION_BATCH);
        const result = await compiled.run({ clips: batchOfClips(batch) });
        const decoded = clipsOfBatch(
          result.clips as NdArray<"float32">,
          batch[0]!.fps,
        ).map(clamped);
        for (const [j, clip] of batch.entries()) {
          error += squaredError(clip, decoded[j]!);
          if (rows.length >= 2 * SHEET_CLIPS) continue;
          rows.push(
            { label: `held-out clip ${i + j}`, clip },
            { label: "through the VAE", clip: decoded[j]! },
          );
        }
      }
      const score = error / clips.length;
      await run.showSamples({ stage: "vae", step, rows });
      return {
        score,
        record: { heldOutError: score, heldOutPsnr: -10 * Math.log10(score) },
      };
    },
    [Symbol.dispose]: () => compiled?.[Symbol.dispose](),
  };
}

/** Latents of clips, `[t,h,w,Z]` each. */
async function latentsOf(
  { device, config }: Run,
  parameters: VaeParameters,
  clips: readonly Clip[],
): Promise<NdArray<"float32">[]> {
  using codec = await openCodec(device, parameters, config.models.vae);
  const latents: NdArray<"float32">[] = [];
  for (let i = 0; i < clips.length; i += EVALUATION_BATCH) {
    const batch = clips.slice(i, i + EVALUATION_BATCH);
    latents.push(...unstackArrays(await codec.encode(batch)));
  }
  return latents;
}

/** All clips of a source, each drawn with the same seed. */
async function firstClips(
  source: ClipSource,
  shape: ClipShape,
  seed: number,
): Promise<Clip[]> {
  const clips: Clip[] = [];
  for (let i = 0; i < source.length; i++) {
    clips.push((await source.clipAt(i, shape, new Rng(seed))).clip);
  }
  return clips;
}

/** Mean squared error over all values of two clips of one size. */
function squaredError(a: Clip, b: Clip): number {
  let sum = 0;
  for (let i = 0; i < a.data.length; i++) sum += (a.data[i]! - b.data[i]!) ** 2;
  return sum / a.data.length;
}
