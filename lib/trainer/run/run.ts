import * as z from "zod";
import type { Device } from "../../compiler/mod.ts";
import {
  exists,
  InputError,
  lockFolder,
  makeWritableFolder,
  type Progress,
  readCheckedJson,
  removePartialFiles,
  thisProcess,
  writeFileAtomically,
} from "../../core/mod.ts";
import type { PerceptualTerm } from "../../models/vae/mod.ts";
import type { Phase } from "../../dataset/vocabulary/mod.ts";
import { contactSheet, encodePng } from "../../dataset/encode/mod.ts";
import { openJsonl } from "../../formats/jsonl/mod.ts";
import { ONE_RANK, type Ranks } from "../../ranks/mod.ts";
import type { AlertChannel } from "../alerts/mod.ts";
import type { CheckpointProgress } from "../checkpoints/checkpoint.ts";
import { CheckpointFolder } from "../checkpoints/checkpoint_folder.ts";
import type { MetricsRecord, MetricsWriter, Request } from "../loop/train.ts";
import { saveData } from "../data/data_file.ts";
import type { RunData } from "../data/run_data.ts";
import { alertObserver } from "../observers/alert_observer.ts";
import { reportObserver, type RunFacts } from "../observers/live_report.ts";
import { machineObserver } from "../observers/machine.ts";
import {
  type RunObserver,
  RunObservers,
  type Samples,
} from "../observers/observer.ts";
import { tensorboardObserver } from "../observers/tensorboard.ts";
import { type Stage, stageOf, STAGES } from "../stages/stages.ts";
import type { RunConfig } from "./config.ts";
import { saveConfig, savedModule } from "./config_file.ts";
import { controlFiles } from "./control_files.ts";
import type { MemoryBar } from "../report/mod.ts";
import { reportFacts } from "./report_facts.ts";

/** Where training runs: a terminal, a notebook or a test. */
export interface TrainHost {
  readonly progress: Progress;
  /** Saves and stops after the current step. */
  readonly signal: AbortSignal;
  /** Milliseconds of a steady clock. */
  readonly clock: () => number;
  /** Current date. */
  readonly now: () => Date;
  /** Receivers of alerts. */
  readonly channels?: readonly AlertChannel[];
  /** The network of the perceptual term; needed only where the run's configuration has a weight for it. */
  readonly perceptual?: PerceptualNetwork | undefined;
  /** The processes that train together; default: this one. */
  readonly ranks?: Ranks | undefined;
  /** CPU threads of one operation; default: all. */
  readonly threads?: number | undefined;
  /** Prints a line. */
  log(line: string): void;
  /** Receives each line of metrics, for a live display. */
  display?(record: MetricsRecord): void | Promise<void>;
  /** Receives what the memory of a stage holds, after its first update. */
  displayMemory?(stage: Stage, bar: MemoryBar): void;
}

/** A network that compares pictures. */
export interface PerceptualNetwork extends Pick<PerceptualTerm, "distance"> {
  /** SHA-256 of its weights, hexadecimal. */
  readonly digest: string;
}

/**
 * The perceptual term of the VAE's loss; undefined without one.
 *
 * @throws {TypeError} if the host lacks the network
 */
export function perceptualTerm(
  { perceptual: weight }: Pick<RunConfig, "perceptual">,
  { perceptual: network }: Pick<TrainHost, "perceptual">,
): (PerceptualTerm & { readonly digest: string }) | undefined {
  if (weight === 0) return undefined;
  if (network) return { ...network, weight };
  throw new TypeError(
    `Cannot train with a perceptual term: its host must have the network: ` +
      `it has none`,
  );
}

/** A run folder, open and locked by the first of the ranks, which alone writes. */
export interface Run extends AsyncDisposable {
  readonly ranks: Ranks;
  readonly config: RunConfig;
  readonly data: RunData;
  readonly folder: string;
  readonly device: Device;
  readonly host: TrainHost;
  readonly observers: RunObservers;
  /** Checkpoints of a stage, all of the same configuration. */
  checkpoints(stage: Stage, config: unknown): CheckpointFolder;
  /** A request of a control file or the time budget. */
  request(): Request | undefined;
  /** Opens the metrics, truncated to the step at which a stage resumes. */
  openMetrics(
    stage: Stage,
    resume: CheckpointProgress | undefined,
  ): Promise<MetricsWriter & Disposable>;
  /** Writes a sample sheet, `samples/STAGE-STEP.png`, and passes it to the observers. */
  showSamples(samples: Samples): Promise<void>;
}

/**
 * Opens and locks a run folder, new or existing.
 *
 * @param data Of the configuration; the caller disposes of it.
 * @param facts Further facts for the report.
 * @param stages Those that are trained, for the report.
 * @throws {InputError} if the folder is not writable, or another run has locked it
 */
export async function openRun(
  config: RunConfig,
  data: RunData,
  device: Device,
  host: TrainHost,
  facts: RunFacts["facts"],
  stages: readonly Stage[],
): Promise<Run> {
  const folder = config.run;
  const { ranks = ONE_RANK } = host;
  const isFirst = ranks.rank === 0;
  await ranks.barrier(); // all have read what they check
  const lock = isFirst ? await lockedRun(config, host) : undefined;
  await ranks.barrier();
  const started = host.clock();
  const files = controlFiles(folder, host.clock);
  const observers = new RunObservers(
    isFirst
      ? observersOf(config, reportFacts(config, device, facts, stages), host)
      : [],
  );
  return {
    ranks,
    observers,
    config,
    data,
    folder,
    device,
    host,
    checkpoints: (stage, stageConfig) =>
      new CheckpointFolder(`${folder}/${stage}`, stageConfig, config),
    request() {
      const hours = (host.clock() - started) / 3_600_000;
      return config.hours !== undefined && hours >= config.hours
        ? { kind: "stop", reason: "time" }
        : files();
    },
    async openMetrics(stage, resume) {
      if (!isFirst) return NO_METRICS;
      await refuseLaterStages(folder, stage);
      const path = `${folder}/metrics.jsonl`;
      const { metricsBytes, metricsDigest } = resume ??
        await endBefore(folder, stage);
      // Earlier stages agree, and no later one has begun: none refuses any more.
      await saveRecords(config);
      if (metricsBytes > 0 && !await exists(path)) {
        host.log(`note: "${path}" was removed: a new one begins`);
        return openJsonl(path);
      }
      return openJsonl(path, { atBytes: metricsBytes, digest: metricsDigest });
    },
    async showSamples(samples) {
      const { stage, step, rows } = samples;
      await Deno.mkdir(`${folder}/samples`, { recursive: true });
      const scale = Math.max(1, Math.round(96 / rows[0]!.clip.height));
      const sheet = await contactSheet(rows, { columns: 8, scale });
      await writeFileAtomically(
        `${folder}/samples/${stage}-${step}.png`,
        encodePng(sheet),
      );
      await observers.samples(samples);
    },
    async [Symbol.asyncDispose]() {
      using _lock = lock; // released even if an observer throws
      await observers[Symbol.asyncDispose]();
    },
  };
}

/** Makes and locks a run folder, and removes what a killed run left. */
async function lockedRun(
  config: RunConfig,
  host: TrainHost,
): Promise<Disposable> {
  const { run: folder, resumePhase } = config;
  await makeWritableFolder(folder, "--run");
  const lock = lockFolder(folder, thisProcess(new Date()));
  try {
    const removed = await removePartialFiles(folder);
    if (removed > 0) {
      host.log(`removed ${removed} partial files of a killed run`);
    }
    await putAside(folder, resumePhase, host);
    const before = await savedModule(folder);
    const now = config.own?.reference;
    if (before && now && before.digest !== now.digest) {
      host.log(
        `note: "${now.path}" has changed since the last training in "${folder}"`,
      );
    }
    if (!await hasBegun(folder)) await saveRecords(config);
    return lock;
  } catch (error) {
    lock[Symbol.dispose]();
    throw error;
  }
}

/**
 * Writes `config.json` and `data.json`. A run that has begun keeps those it has
 * until a stage trains: a refused command changes none.
 */
async function saveRecords(config: RunConfig): Promise<void> {
  await saveData(config.run, config);
  await saveConfig(config.run, config);
}

/** Metrics of a rank that is not the first. */
const NO_METRICS: MetricsWriter & Disposable = {
  bytes: 0,
  digest: "",
  append() {},
  sync() {},
  [Symbol.dispose]() {},
};

/** The observers of a run. */
function observersOf(
  config: RunConfig,
  facts: RunFacts,
  host: TrainHost,
): RunObserver[] {
  const { run: folder } = config;
  const { clock, now } = host;
  const alerts = alertObserver({
    run: folder,
    channels: host.channels ?? [],
    now,
    wait: (milliseconds) =>
      new Promise((resolve) => setTimeout(resolve, milliseconds)),
    log: (line) => host.log(line),
  });
  return [
    tensorboardObserver(`${folder}/tensorboard`, {
      now: () => now().getTime() / 1000,
      host: Deno.hostname(),
      pid: Deno.pid,
    }),
    machineObserver(folder, { clock, now, onMetrics: alerts.check }),
    reportObserver(folder, facts, { clock, now }),
    alerts,
  ];
}

/** Steps of a stage's checkpoints, of any configuration. */
function stepsOf(folder: string, stage: Stage): Promise<number[]> {
  return new CheckpointFolder(`${folder}/${stage}`, undefined, {
    keepLast: 1,
    keepEvery: 0,
  }).steps();
}

/**
 * Resuming a stage would truncate the metrics of later ones.
 *
 * @throws {InputError} naming the first later stage that has begun
 */
export async function refuseLaterStages(
  folder: string,
  stage: Stage,
): Promise<void> {
  for (const later of STAGES.slice(STAGES.indexOf(stage) + 1)) {
    if ((await stepsOf(folder, later)).length === 0) continue;
    throw new InputError(
      `Cannot train ${stage} in "${folder}": no later stage may have begun: ` +
        `${later} has; train the last stage alone (deno task ` +
        `${await lastBegun(folder)}), choose another folder with --run, or ` +
        "restart a phase with --resume-phase",
    );
  }
}

/** Whether a stage has left anything in a run's folder. */
async function hasBegun(folder: string): Promise<boolean> {
  for (const stage of STAGES) {
    if (await exists(`${folder}/${stage}`)) return true;
  }
  return false;
}

/** The last stage that has checkpoints. */
async function lastBegun(folder: string): Promise<Stage> {
  for (const stage of STAGES.toReversed()) {
    if ((await stepsOf(folder, stage)).length > 0) return stage;
  }
  return STAGES[0];
}

/** Content of `done.json` in the folder of a stage that is done. */
export type StageEnd = z.infer<typeof stageEndSchema>;

const stageEndSchema = z.strictObject({
  steps: z.int().min(0),
  metricsBytes: z.int().min(0).describe("length of the metrics at its end"),
  metricsDigest: z.string().optional().describe(
    "SHA-256 of the metrics at its end; absent in earlier versions",
  ),
}).readonly();

/**
 * The end of a stage; undefined before it.
 *
 * @throws {InputError} if `done.json` is damaged
 */
export async function endOf(
  folder: string,
  stage: Stage,
): Promise<StageEnd | undefined> {
  return await readCheckedJson(
    `${folder}/${stage}/done.json`,
    stageEndSchema,
    "remove it: the same command writes it again",
  );
}

/** Length and digest of the metrics at the end of the last stage that has any. */
async function endBefore(
  folder: string,
  stage: Stage,
): Promise<Omit<StageEnd, "steps">> {
  for (const earlier of STAGES.slice(0, STAGES.indexOf(stage)).toReversed()) {
    const [step] = await stepsOf(folder, earlier);
    if (step === undefined) continue;
    const end = await endOf(folder, earlier);
    if (end) return end;
    throw new InputError(
      `Cannot train ${stage} in "${folder}": ${earlier} must be done: it is ` +
        `at step ${step}; resume it first`,
    );
  }
  return { metricsBytes: 0 };
}

/** Renames the folders of a phase and all later ones, so that they restart. */
async function putAside(
  folder: string,
  phase: number | undefined,
  host: TrainHost,
): Promise<void> {
  if (phase === undefined) return;
  for (const stage of STAGES.slice(STAGES.indexOf(stageOf(phase as Phase)))) {
    const from = `${folder}/${stage}`;
    if (!await exists(from)) continue;
    let n = 1;
    while (await exists(`${folder}/aside-${n}-${stage}`)) n++;
    await Deno.rename(from, `${folder}/aside-${n}-${stage}`);
    host.log(
      `${stage} restarts; its earlier state is in aside-${n}-${stage}`,
    );
  }
}
