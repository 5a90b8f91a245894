import {
  describeDevice,
  type Device,
  disposeState,
  openDevice,
  uploadState,
} from "../../compiler/mod.ts";
import {
  assertWritableFolder,
  type Clip,
  exists,
  InputError,
  makeWritableFolder,
  Rng,
  StoppedError,
  unstackArrays,
  writeFileAtomically,
} from "../../core/mod.ts";
import type { Bucket, CaptionedClip } from "../../dataset/batches/mod.ts";
import {
  evaluateHeldOut,
  type FeatureNetwork,
  type HeldOutClips,
  type HeldOutResult,
  type PairDistance,
} from "../../evaluation/mod.ts";
import { strideOf } from "../../models/vae/mod.ts";
import { clipPositions } from "../../models/text_to_video/mod.ts";
import {
  diffusionFilesIn,
  openCodec,
  pipelineOf,
  readTrainedModels,
  type TrainedModels,
} from "../../pipeline/mod.ts";
import {
  type CaptionGain,
  captionGainOf,
  openHeldOutLoss,
  readData,
  RunData,
  type SavedData,
  type Stage,
  STAGES,
} from "../../trainer/mod.ts";
import { trainedShape } from "../clip_size.ts";
import { GRAPH_CACHE } from "../graph_cache.ts";
import { tableBundle } from "../../notebook/mod.ts";
import { heldOutPage } from "../metrics/held_out_page.ts";
import { heldOutTables } from "../metrics/held_out_tables.ts";
import {
  importedI3d,
  importedLpips,
  openedInception,
} from "../metrics/networks.ts";
import { WEIGHTS } from "../weights/catalogue.ts";
import { assertSameEvaluation } from "./earlier_report.ts";
import type { EvaluateHost } from "./evaluate.ts";
import type { EvaluateOptions } from "./options.ts";

/** Clips of a batch of the VAE. */
const BATCH = 8;

/** An evaluation on held-out video; plain data but for the clips. */
export interface VideoFindings {
  readonly model: string;
  /** Identity of the held-out clips. */
  readonly data: string;
  readonly result: HeldOutResult;
  /** Held-out loss with the right captions and with those of other clips. */
  readonly reading: CaptionGain;
  /** Clips to look at; in the order of the captions. */
  readonly clips: HeldOutClips;
  readonly captions: readonly string[];
}

/**
 * The data whose held-out clips are the questions: the folder of `--data`, or the
 * video of the run; undefined for models of the synthetic world.
 */
export async function videoDataOf(
  { checkpoint, data, questions, seed }: Pick<
    EvaluateOptions,
    "checkpoint" | "data" | "questions" | "seed"
  >,
): Promise<SavedData | undefined> {
  if (questions === "world") return undefined;
  const folder = checkpoint.replace(/[/\\][^/\\]*\.safetensors$/, "");
  const saved = await readData(folder);
  if (data !== undefined) {
    return {
      ...saved ?? emptyData(seed),
      data: [{ path: data, weight: 1 }],
      world: 0,
    };
  }
  if (saved && saved.data.length > 0) return saved;
  if (questions === "auto") return undefined;
  throw new InputError(
    `Cannot evaluate "${checkpoint}" on video: it must be a run that was ` +
      "trained on video: it names none; pass a folder of deno task ingest with " +
      "--data",
  );
}

/** Data of models that name none; the shape of clips comes from the models. */
function emptyData(seed: number): SavedData {
  return {
    data: [],
    world: 0,
    curriculum: "none",
    fill: false,
    exact: { size: true, frames: true, fps: true },
    languages: "all",
    plans: {} as SavedData["plans"],
    replayFraction: 0,
    seed,
  };
}

/**
 * Evaluates trained models on held-out video and writes `report.html` and
 * `report.json`: reconstruction, distances beside their floor, motion beside that
 * of real clips, nearest training clips, and whether captions are read.
 *
 * @throws {InputError} if there are no such models, or too few held-out clips
 * @throws {StoppedError} if the signal is aborted
 */
export async function evaluateVideo(
  options: EvaluateOptions,
  saved: SavedData,
  host: EvaluateHost,
): Promise<VideoFindings> {
  await assertSameEvaluation(options);
  await assertWritableFolder(options.out, "--out", REPORTS);
  const path = (await diffusionFilesIn(options.checkpoint)).at(-1)!;
  const models = await readTrainedModels(path);
  using data = await openData(models, saved, host);
  const stage = stageOfModels(models);
  const heldOut = data.clips(stage, "validation", options.heldOut);
  const [bucket] = heldOut.buckets;
  const real = await clipsOf(bucket!, options.heldOut, options.seed, host);
  const training = data.clips(stage, "train", options.trainingClips).buckets
    .find(({ shape }) => sameShape(shape, bucket!.shape));
  using device = await openDevice(options.device, { cache: GRAPH_CACHE });
  host.log(await describeDevice(device));
  const { frames, height, width, fps } = bucket!.shape;
  host.log(
    `held-out clips: ${real.length} of ${heldOut.name}, ` +
      `${frames}x${height}x${width} at ${fps} fps, as the run trains`,
  );
  const drawn = await drawClips(device, models, real, options, host);
  using opened = new DisposableStack();
  const { weights } = options;
  const inception = opened.use(await openedInception(device, weights));
  const i3d = await exists(`${weights}/${WEIGHTS.i3d.file}`)
    ? opened.use(await importedI3d(device, weights))
    : undefined;
  const lpips = await exists(`${weights}/${WEIGHTS.alex.file}`)
    ? opened.use(await importedLpips(device, weights, "alex"))
    : undefined;
  const pairs: PairDistance[] = [{
    name: "Inception distance",
    distance: (a, b) => inception.distance(a, b),
  }];
  if (lpips) {
    pairs.push({
      name: "LPIPS v0.1 (alex)",
      distance: (a, b) => lpips.distance(a, b),
    });
  }
  const clips: HeldOutClips = {
    real: real.map(({ clip }) => clip),
    reconstructed: drawn.reconstructed,
    generated: drawn.generated,
    ...(training && {
      training: {
        count: training.source.length,
        clipAt: async (index) =>
          (await training.source.clipAt(
            index,
            training.shape,
            new Rng(options.seed).fork(`training clip ${index}`),
          )).clip,
      },
    }),
  };
  const networks: [FeatureNetwork, ...FeatureNetwork[]] = i3d
    ? [inception, i3d]
    : [inception];
  const result = await evaluateHeldOut(clips, {
    ...{ networks, pairs, seed: options.seed },
    latentFrames: { stride: strideOf(models.config.vae).time },
    progress: host.progress,
    signal: host.signal,
  });
  const findings: VideoFindings = {
    model: path,
    data: heldOut.name,
    result,
    reading: drawn.reading,
    clips,
    captions: real.map(({ caption }) => caption),
  };
  await writeReports(options, findings);
  host.log(`report: ${options.out}/${REPORTS[0]}`);
  return findings;
}

const REPORTS = ["report.html", "report.json"];

/** The findings as lines for people: a sentence about reading, then tables. */
export function videoText({ result, reading }: VideoFindings): string[] {
  return [
    readingText(reading),
    ...heldOutTables(result).map((table) =>
      `${table.title}\n${tableBundle(table)["text/plain"]}`
    ),
  ];
}

/** Whether the right captions lower the held-out loss. */
export function readingText(
  { heldOutLoss, heldOutSwappedLoss, captionGain, captionGainInterval }:
    CaptionGain,
): string {
  const loss = `held-out loss ${heldOutLoss.toFixed(4)}`;
  if (heldOutSwappedLoss === undefined) {
    return `${loss}; all captions are equal, so whether they are read cannot be told`;
  }
  const [gain, interval] = [captionGain!, captionGainInterval!];
  return `${loss}, ${heldOutSwappedLoss.toFixed(4)} with swapped captions: ` +
    `${gain.toFixed(4)} ± ${interval.toFixed(4)}, so ${
      gain > interval ? "captions are read" : "captions are not seen to be read"
    }`;
}

async function writeReports(
  options: EvaluateOptions,
  { clips, ...findings }: VideoFindings,
): Promise<void> {
  await makeWritableFolder(options.out, "--out");
  const json = JSON.stringify({ options, ...findings }, null, 2);
  await writeFileAtomically(`${options.out}/report.json`, `${json}\n`);
  await writeFileAtomically(
    `${options.out}/report.html`,
    await heldOutPage(findings.result, clips),
  );
}

async function openData(
  { config, facts }: TrainedModels,
  saved: SavedData,
  { log }: EvaluateHost,
): Promise<RunData> {
  const plan = {
    ...{ epochs: 1, batch: 1, accumulation: 1, learningRate: 1, samples: 1 },
    ...trainedShape(facts.diffusion),
  };
  const plans = Object.fromEntries(
    STAGES.map((stage) => [stage, saved.plans[stage] ?? plan] as const),
  ) as SavedData["plans"];
  return await RunData.open({
    ...saved,
    plans,
    models: config,
    workers: navigator.hardwareConcurrency,
  }, log);
}

function stageOfModels({ facts }: TrainedModels): Stage {
  return STAGES.find((stage) => stage === facts.diffusion.stage) ?? "phase5";
}

async function clipsOf(
  { source, shape }: Bucket,
  count: number,
  seed: number,
  { signal }: EvaluateHost,
): Promise<CaptionedClip[]> {
  const clips: CaptionedClip[] = [];
  for (let i = 0; i < Math.min(count, source.length); i++) {
    if (signal.aborted) throw new StoppedError("Evaluation was stopped");
    const rng = new Rng(seed).fork(`held-out clip ${i}`);
    clips.push(await source.clipAt(i, shape, rng));
  }
  return clips;
}

/** What a model makes of held-out clips and their captions. */
interface Drawn {
  readonly reconstructed: readonly Clip[];
  readonly generated: readonly Clip[];
  readonly reading: CaptionGain;
}

async function drawClips(
  device: Device,
  models: TrainedModels,
  real: readonly CaptionedClip[],
  { seed, steps, guidance, rescale, sampler, batch }: EvaluateOptions,
  { progress, signal }: EvaluateHost,
): Promise<Drawn> {
  const { config } = models;
  using opened = new DisposableStack();
  const codec = opened.use(await openCodec(device, models.vae, config.vae));
  const diffusion = await uploadState(device, models.diffusion);
  opened.defer(() => disposeState(diffusion));
  const pipeline = opened.use(
    pipelineOf(device, { ...models, codec, diffusion }),
  );
  const { frames, height, width, fps } = real[0]!.clip;
  const shape = { frames, height, width, fps };
  const latents = [];
  const reconstructed: Clip[] = [];
  for (let i = 0; i < real.length; i += BATCH) {
    const clips = real.slice(i, i + BATCH).map(({ clip }) => clip);
    latents.push(...unstackArrays(await pipeline.encode(clips)));
    reconstructed.push(...await pipeline.reconstruct(clips));
  }
  using task = progress.start({
    label: "generated clips",
    total: real.length,
    unit: "clips",
  });
  const generated: Clip[] = [];
  for (let i = 0; i < real.length; i += batch) {
    if (signal.aborted) throw new StoppedError("Evaluation was stopped");
    const prompts = real.slice(i, i + batch).map(({ caption }) => caption);
    generated.push(
      ...await pipeline.generate({
        ...shape,
        ...{ prompts, steps, guidance, rescale, sampler },
        seed: new Rng(seed).fork(`clips from ${i}`).integer(2 ** 31),
      }),
    );
    task.update(generated.length);
  }
  using loss = openHeldOutLoss(device, diffusion, config, {
    groups: [{
      clips: latents.map((latent, i) => ({
        latent,
        caption: real[i]!.caption,
      })),
      positions: clipPositions(config, shape),
    }],
    seed,
  });
  return {
    reconstructed,
    generated,
    reading: captionGainOf(await loss.measure(), await loss.measureSwapped()),
  };
}

function sameShape(a: Bucket["shape"], b: Bucket["shape"]): boolean {
  return a.frames === b.frames && a.height === b.height &&
    a.width === b.width && a.fps === b.fps;
}
