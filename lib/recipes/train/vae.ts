import type * as tf from "@tensorflow/tfjs-core";
import { jitWithState, type OnDevice } from "../../compiler/mod.ts";
import {
  type Clip,
  type NdArray,
  Rng,
  writeFileAtomically,
} from "../../core/mod.ts";
import { clipBatches, type ClipShape } from "../../dataset/batches/mod.ts";
import {
  contactSheet,
  encodePng,
  type SheetRow,
} from "../../dataset/encode/mod.ts";
import type { Tensors } from "../../models/layers/mod.ts";
import {
  blockOf,
  decode,
  encode,
  initVae,
  latentSizeOf,
  type LatentStatistics,
  latentStatistics,
  type VaeParameters,
  withPrincipalShortcut,
} from "../../models/vae/mod.ts";
import { batchOfClips, clipsOfBatch, unstackArrays } from "../../core/mod.ts";
import {
  clipShapeOf,
  type Evaluator,
  principalBlocks,
  type TrainState,
  vaeTrainingLoss,
} from "../../trainer/mod.ts";
import { saveWeights } from "../../pipeline/mod.ts";
import { latentSpaceOf, openCodec, type Weights } from "../../pipeline/mod.ts";
import { loadVae, VAE_FILE, type VaeWeights } from "../../pipeline/mod.ts";
import { givenVae } from "./given_models.ts";
import type { Samples } from "./observer.ts";
import type { Run } from "./run.ts";
import { allClips } from "./sources.ts";
import { planOf, trainingConfigOf } from "./plan.ts";
import { isDone, runStage } from "./stage.ts";

/** Clips that go through a VAE at once when it is evaluated. */
const AT_ONCE = 8;
/** Clips from which principal components and statistics of latents are taken. */
const MEASURED = 256;
/** Clips of a sample sheet. */
const SHOWN = 4;

/** Trains the VAE of a run to its end, or goes on with it; returns its best weights. */
export async function trainVae(run: Run): Promise<Weights<VaeWeights>> {
  const { options, models, folder } = run;
  const plan = planOf(options, "vae");
  const shape = clipShapeOf(plan);
  const grid = latentSizeOf(models.vae, shape);
  const source = await allClips(options, {
    split: "train",
    length: plan.samples,
    shape,
  });
  const rng = new Rng(options.seed).fork("vae");
  const batchAt = clipBatches(
    [{ source, shape, batch: plan.batch }],
    options.seed,
    rng,
  );
  const origin = options.freezeEncoder === undefined
    ? undefined
    : await loadVae(options.freezeEncoder, models.vae);
  const given = await givenVae(run, rng);
  const config = {
    model: models.vae,
    plan,
    maxSteps: options.maxSteps,
    seed: options.seed,
    data: source.name,
    heldOut: options.heldOut,
    evaluateEvery: options.evaluateEvery,
    ...(origin && { freezeEncoder: origin.digest }),
    ...(given && { finetune: given.digest }),
  };
  const path = `${folder}/${VAE_FILE}`;
  if (await isDone(run, "vae", config, path)) {
    return await loadVae(path, models.vae);
  }
  using evaluator = await vaeEvaluator(run, shape);
  const trained = await runStage(run, "vae", config, {
    config: trainingConfigOf("vae", plan, options),
    initial: origin?.tensors.parameters ?? given?.parameters ??
      await freshVae(run, rng, shape),
    lossOf: vaeTrainingLoss(models.vae),
    async batchAt(index: number) {
      const { clips } = await batchAt(index);
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
  const best = trained.state.averages!.long;
  const statistics = origin?.tensors.statistics ??
    await measureLatents(run, best, shape);
  await saveWeights(path, { parameters: best, statistics }, {
    kind: "VideoVAE",
    config: models.vae,
    stage: "vae",
    step: trainingConfigOf("vae", plan, options).schedule.totalSteps,
    score: trained.best?.score,
    average: "long",
    ...(origin && { latentSpace: latentSpaceOf(origin) }),
  });
  return await loadVae(path, models.vae);
}

/** Mean squared error on held-out clips, and a sheet of some of them. */
async function vaeEvaluator(
  run: Run,
  shape: ClipShape,
): Promise<Evaluator<VaeParameters> & Disposable> {
  const { options, models, device } = run;
  const source = await allClips(options, {
    split: "validation",
    length: options.heldOut,
    shape,
  });
  const clips: Clip[] = [];
  for (let i = 0; i < source.length; i++) {
    const { clip } = await source.clipAt(i, shape, new Rng(options.seed));
    clips.push(clip);
  }
  type Reconstruct = {
    run(inputs: { clips: NdArray }): Promise<{ clips: NdArray }>;
    [Symbol.dispose](): void;
  };
  let compiled: Reconstruct | undefined;
  const evaluate = async (
    state: OnDevice<TrainState<VaeParameters>>,
    step: number,
  ) => {
    compiled ??= jitWithState(
      (parameters, { clips }: { clips: tf.Tensor }) => {
        const vae = parameters as Tensors<VaeParameters>;
        const { mean } = encode(vae, clips, models.vae);
        return { outputs: { clips: decode(vae, mean, models.vae) } };
      },
      state.averages!.long,
      { device, name: "held-out clips" },
    ) as Reconstruct;
    let error = 0;
    const rows: SheetRow[] = [];
    for (let i = 0; i < clips.length; i += AT_ONCE) {
      const batch = clips.slice(i, i + AT_ONCE);
      const result = await compiled.run({ clips: batchOfClips(batch) });
      const decoded = clipsOfBatch(
        result.clips as NdArray<"float32">,
        shape.fps,
      );
      for (const [j, clip] of batch.entries()) {
        const found = shown(decoded[j]!);
        error += squaredError(clip, found);
        if (rows.length >= 2 * SHOWN) continue;
        rows.push({ label: `held-out clip ${i + j}`, clip });
        rows.push({ label: "through the VAE", clip: found });
      }
    }
    const score = error / clips.length;
    await showSamples(run, { stage: "vae", step, rows });
    return {
      score,
      record: { heldOutError: score, heldOutPsnr: -10 * Math.log10(score) },
    };
  };
  return {
    every: options.evaluateEvery,
    evaluate,
    [Symbol.dispose]: () => compiled?.[Symbol.dispose](),
  };
}

/** A VAE before training: its shortcuts, if it has any, know what clips are like. */
async function freshVae(
  run: Run,
  rng: Rng,
  shape: ClipShape,
): Promise<VaeParameters> {
  const { models: { vae }, device } = run;
  const fresh = initVae(vae, rng);
  if (!vae.shortcut) return fresh;
  const blocks = await principalBlocks(
    device,
    await measuredClips(run, shape),
    {
      block: blockOf(vae),
      count: vae.latentChannels,
      rng: rng.fork("principal components"),
    },
  );
  return withPrincipalShortcut(fresh, blocks);
}

/** Statistics of the latents of held-in clips. */
async function measureLatents(
  run: Run,
  parameters: VaeParameters,
  shape: ClipShape,
): Promise<LatentStatistics> {
  const clips = await measuredClips(run, shape);
  using codec = await openCodec(run.device, parameters, run.models.vae);
  const latents: NdArray<"float32">[] = [];
  for (let i = 0; i < clips.length; i += AT_ONCE) {
    const batch = clips.slice(i, i + AT_ONCE);
    latents.push(...unstackArrays(await codec.encode(batch)));
  }
  return latentStatistics(latents);
}

/** Held-in clips of all phases that stand for all. */
async function measuredClips(
  { options }: Run,
  shape: ClipShape,
): Promise<Clip[]> {
  const source = await allClips(options, {
    split: "train",
    length: MEASURED,
    shape,
  });
  const clips: Clip[] = [];
  for (let i = 0; i < source.length; i++) {
    const { clip } = await source.clipAt(i, shape, new Rng(options.seed));
    clips.push(clip);
  }
  return clips;
}

/** Writes samples as a picture, clips one above the other, and shows them. */
export async function showSamples(run: Run, samples: Samples): Promise<void> {
  const { stage, step, rows } = samples;
  const folder = `${run.folder}/samples`;
  await Deno.mkdir(folder, { recursive: true });
  const scale = Math.max(1, Math.round(96 / rows[0]!.clip.height));
  const sheet = await contactSheet(rows, { columns: 8, scale });
  await writeFileAtomically(`${folder}/${stage}-${step}.png`, encodePng(sheet));
  await run.observers.samples(samples);
}

/** Values as a screen shows them. */
export function shown(clip: Clip): Clip {
  return { ...clip, data: clip.data.map((x) => Math.min(1, Math.max(0, x))) };
}

/** Mean over all values of two clips of one size. */
function squaredError(a: Clip, b: Clip): number {
  let sum = 0;
  for (let i = 0; i < a.data.length; i++) sum += (a.data[i]! - b.data[i]!) ** 2;
  return sum / a.data.length;
}
