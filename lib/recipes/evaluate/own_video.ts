import { describeDevice, openDevice } from "../../compiler/mod.ts";
import {
  assertWritableFolder,
  InputError,
  makeWritableFolder,
  Rng,
  StoppedError,
  writeFileAtomically,
} from "../../core/mod.ts";
import type {
  Bucket,
  CaptionedClip,
  ClipSource,
} from "../../dataset/batches/mod.ts";
import {
  evaluateHeldOut,
  type HeldOutClips,
  type HeldOutResult,
  LEAST_CLIPS,
} from "../../evaluation/mod.ts";
import { strideOf } from "../../models/vae/mod.ts";
import {
  diffusionFilesIn,
  readTrainedModels,
  type TrainedModels,
  trainedShape,
} from "../../pipeline/mod.ts";
import { ONE_RANK, onFirstRank } from "../../ranks/mod.ts";
import {
  type CaptionGain,
  type OwnRun,
  ownScores,
  readData,
  RunData,
  type SavedData,
  type Stage,
  STAGES,
} from "../../trainer/mod.ts";
import { GRAPH_CACHE } from "../graph_cache.ts";
import { loraFilesOf } from "../lora.ts";
import { givenModel } from "../own_model.ts";
import { heldOutPage } from "../metrics/held_out_page.ts";
import { heldOutNetworks } from "../metrics/networks.ts";
import { assertSameEvaluation } from "./earlier_report.ts";
import type { EvaluateHost } from "./evaluate.ts";
import { drawHeldOut } from "./draw_held_out.ts";
import type { EvaluateOptions } from "./options.ts";
import { scoresText } from "./video_text.ts";

/** An evaluation on held-out video; plain data but for the clips. */
export interface VideoFindings {
  readonly model: string;
  /** Identity of the held-out clips. */
  readonly data: string;
  readonly result: HeldOutResult;
  /** Held-out loss with the right captions and with those of other clips. */
  readonly reading: CaptionGain;
  /** Metrics of the models' module, by name. */
  readonly scores: Readonly<Record<string, number>>;
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
  if (saved && (saved.data.length > 0 || saved.ownClips)) return saved;
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
  const { ranks = ONE_RANK, details = host.log } = host;
  await onFirstRank(
    ranks,
    () => assertWritableFolder(options.out, "--out", REPORTS),
  );
  const path = (await diffusionFilesIn(options.checkpoint)).at(-1)!;
  const models = await readTrainedModels(path, {
    model: await givenModel(options.model),
    lora: loraFilesOf(options.lora),
    log: details,
  });
  using data = await openData(models, saved, details);
  const stage = stageOfModels(models);
  const heldOut = data.clips(stage, "validation", options.heldOut);
  const [bucket] = heldOut.buckets;
  assertEnough(bucket!.source.length, options, saved);
  const real = await clipsOf(bucket!, options.heldOut, options.seed, host);
  const training = data.clips(stage, "train", options.trainingClips).buckets
    .find(({ shape }) => sameShape(shape, bucket!.shape));
  using device = await openDevice(options.device, {
    cache: GRAPH_CACHE,
    threads: host.threads,
  });
  details(await describeDevice(device));
  const { frames, height, width, fps } = bucket!.shape;
  details(
    `held-out clips: ${real.length} of ${heldOut.name}, ` +
      `${frames}x${height}x${width} at ${fps} fps, as the run trains`,
  );
  const drawn = await drawHeldOut(device, models, real, options, host);
  using opened = new DisposableStack();
  const networks = await heldOutNetworks(device, options.weights, opened);
  const labels = real.map(({ labels = {} }) => labels);
  const clips: HeldOutClips = {
    real: real.map(({ clip }) => clip),
    labels,
    reconstructed: drawn.reconstructed,
    generated: drawn.generated,
    ...(training && {
      training: {
        count: training.source.length,
        labels: await labelsOf(training.source),
        clipAt: async (index) =>
          (await training.source.clipAt(
            index,
            training.shape,
            new Rng(options.seed).fork(`training clip ${index}`),
          )).clip,
      },
    }),
  };
  const result = await evaluateHeldOut(clips, {
    ...networks,
    seed: options.seed,
    latentFrames: { stride: strideOf(models.config.vae).time },
    progress: host.progress,
    signal: host.signal,
    ranks,
  });
  const findings: VideoFindings = {
    model: path,
    data: heldOut.name,
    result,
    reading: drawn.reading,
    scores: await ownScores((models.own as OwnRun | undefined)?.parts.metrics, {
      generated: drawn.generated,
      real: clips.real,
      captions: real.map(({ caption }) => caption),
    }),
    clips,
    captions: real.map(({ caption }) => caption),
  };
  await onFirstRank(ranks, () => writeReports(options, findings));
  for (const line of scoresText(findings.scores)) details(line);
  host.log(`report: ${options.out}/${REPORTS[0]}`);
  return findings;
}

/** @throws {InputError} naming what gives more clips, if there are too few */
function assertEnough(
  held: number,
  { checkpoint, heldOut }: EvaluateOptions,
  { data }: SavedData,
): void {
  const found = Math.min(held, heldOut);
  if (found >= LEAST_CLIPS) return;
  const names = data.map(({ path }) => `"${path}"`).join(", ");
  throw new InputError(
    `Cannot evaluate "${checkpoint}" on held-out clips: there must be at least ` +
      `${LEAST_CLIPS} of one shape: there are ${found}; ` +
      (held >= LEAST_CLIPS
        ? `pass --held-out ${LEAST_CLIPS} or more`
        : `hold out more of ${names || "the data"} (deno task ingest ... ` +
          "--validation 0.3), ingest more video, or name other video with --data"),
  );
}

const REPORTS = ["report.html", "report.json"];

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
  { config, facts, own }: TrainedModels,
  saved: SavedData,
  log: (line: string) => void,
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
    settings: saved.settings ?? {},
    ...(own && saved.data.length === 0 && { own }),
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

/** Labels of the clips of a source. */
async function labelsOf({ length, captionAt }: ClipSource) {
  const labels = [];
  for (let i = 0; i < length; i++) {
    labels.push((await captionAt?.(i, new Rng(0)))?.labels ?? {});
  }
  return labels;
}

function sameShape(a: Bucket["shape"], b: Bucket["shape"]): boolean {
  return a.frames === b.frames && a.height === b.height &&
    a.width === b.width && a.fps === b.fps;
}
