import type { Device } from "../../compiler/mod.ts";
import {
  InputError,
  lockFolder,
  type Progress,
  removePartialFiles,
  thisProcess,
} from "../../core/mod.ts";
import { type JsonlWriter, openJsonl } from "../../formats/jsonl/mod.ts";
import {
  CheckpointFolder,
  type CheckpointProgress,
  type MetricsRecord,
  type Request,
} from "../../trainer/mod.ts";
import type { AlertChannel } from "../../trainer/alerts/mod.ts";
import type { ModelConfig } from "../../models/text_to_video/mod.ts";
import { alertObserver } from "./alert_observer.ts";
import { controlFiles } from "./control.ts";
import type { Phase } from "../../dataset/vocabulary/mod.ts";
import { type Stage, stageOf, STAGES } from "./curriculum.ts";
import { reportObserver } from "./live_report.ts";
import { machineObserver } from "./machine.ts";
import { modelsOf } from "./models.ts";
import { type RunObserver, RunObservers } from "./observer.ts";
import type { TrainOptions } from "./options.ts";
import { tensorboardObserver } from "./tensorboard.ts";
import { makeWritableFolder } from "../writable_folder.ts";

/** Where training runs: a terminal, a notebook or a test. */
export interface TrainHost {
  readonly progress: Progress;
  /** Stops after the step in hand, saving. */
  readonly signal: AbortSignal;
  /** Milliseconds of a steady clock. */
  readonly clock: () => number;
  /** The time of day. */
  readonly now: () => Date;
  /** Whom to tell what happens to the run. */
  readonly channels?: readonly AlertChannel[];
  /** Takes a line for people. */
  say(line: string): void;
  /** Is told each line of metrics, for a live display. */
  display?(record: MetricsRecord): void | Promise<void>;
}

/** A folder that holds all of a run, open and locked. */
export interface Run extends AsyncDisposable {
  readonly options: TrainOptions;
  readonly models: ModelConfig;
  readonly folder: string;
  readonly device: Device;
  readonly host: TrainHost;
  readonly observers: RunObservers;
  /** Checkpoints of a stage; they must have been made with the same configuration. */
  checkpoints(stage: Stage, config: unknown): CheckpointFolder;
  /** What control files and the time budget ask for. */
  request(): Request | undefined;
  /** Opens the metrics, cut back to where a stage goes on. */
  openMetrics(
    stage: Stage,
    resume: CheckpointProgress | undefined,
  ): Promise<JsonlWriter>;
}

/**
 * Opens a run folder, new or not, for this process alone.
 *
 * @throws {InputError} if the folder cannot be written, or another run has it
 */
export async function openRun(
  options: TrainOptions,
  device: Device,
  host: TrainHost,
): Promise<Run> {
  const folder = options.run;
  await makeWritableFolder(folder, "--run");
  const lock = lockFolder(folder, thisProcess(new Date()));
  try {
    const removed = await removePartialFiles(folder);
    if (removed > 0) {
      host.say(`removed ${removed} files that a killed run left half-written`);
    }
    await putAside(folder, options.resumePhase, host);
  } catch (error) {
    lock[Symbol.dispose]();
    throw error;
  }
  const retention = {
    keepLast: options.keepLast,
    keepEvery: options.keepEvery,
  };
  const begun = host.clock();
  const files = controlFiles(folder, host.clock);
  const observers = new RunObservers(observersOf(options, device, host));
  return {
    observers,
    options,
    models: modelsOf(options),
    folder,
    device,
    host,
    checkpoints: (stage, config) =>
      new CheckpointFolder(`${folder}/${stage}`, config, retention),
    request() {
      const hours = (host.clock() - begun) / 3_600_000;
      return options.hours !== undefined && hours >= options.hours
        ? { kind: "stop", reason: "time" }
        : files();
    },
    async openMetrics(stage, resume) {
      await refuseLaterStages(folder, stage);
      const bytes = resume?.metricsBytes ??
        await bytesBefore(folder, stage);
      return openJsonl(`${folder}/metrics.jsonl`, { atBytes: bytes });
    },
    async [Symbol.asyncDispose]() {
      using _lock = lock; // is given back whatever happens
      await observers[Symbol.asyncDispose]();
    },
  };
}

/** All that follow a run. */
function observersOf(
  options: TrainOptions,
  device: Device,
  host: TrainHost,
): RunObserver[] {
  const { run: folder, preset } = options;
  const { clock, now } = host;
  const alerts = alertObserver({
    run: folder,
    channels: host.channels ?? [],
    now,
    wait: (milliseconds) =>
      new Promise((resolve) => setTimeout(resolve, milliseconds)),
    say: (line) => host.say(line),
  });
  return [
    tensorboardObserver(`${folder}/tensorboard`, {
      now: () => now().getTime() / 1000,
      host: Deno.hostname(),
      pid: Deno.pid,
    }),
    machineObserver(folder, { clock, now, onLook: alerts.look }),
    reportObserver(folder, {
      title: `Training of ${preset}`,
      subtitle: folder,
      facts: [
        ["Device", `${device.name}, ${device.description}`],
        ["Seed", String(options.seed)],
        ["Captions", options.languages],
      ],
    }, { clock, now }),
    alerts,
  ];
}

/** Steps after which a stage has checkpoints, whatever they were made with. */
function stepsOf(folder: string, stage: Stage): Promise<number[]> {
  return new CheckpointFolder(`${folder}/${stage}`, undefined, {
    keepLast: 1,
    keepEvery: 0,
  }).steps();
}

/** A stage that goes on would cut off the metrics of those after it. */
async function refuseLaterStages(folder: string, stage: Stage): Promise<void> {
  for (const later of STAGES.slice(STAGES.indexOf(stage) + 1)) {
    if ((await stepsOf(folder, later)).length === 0) continue;
    throw new InputError(
      `Cannot train ${stage} in "${folder}": no later stage may have begun: ` +
        `${later} has; choose another folder with --run, or go back with ` +
        `--resume-phase`,
    );
  }
}

/** What a stage leaves when it is done, `done.json` in its folder. */
export interface StageEnd {
  readonly steps: number;
  /** Length of the metrics then. */
  readonly metricsBytes: number;
}

/** How a stage ended; undefined if it has not. */
export async function endOf(
  folder: string,
  stage: Stage,
): Promise<StageEnd | undefined> {
  const path = `${folder}/${stage}/done.json`;
  return await exists(path)
    ? JSON.parse(await Deno.readTextFile(path))
    : undefined;
}

/** Length of the metrics at the end of the last stage that has any. */
async function bytesBefore(folder: string, stage: Stage): Promise<number> {
  for (const earlier of STAGES.slice(0, STAGES.indexOf(stage)).toReversed()) {
    const [step] = await stepsOf(folder, earlier);
    if (step === undefined) continue;
    const end = await endOf(folder, earlier);
    if (end) return end.metricsBytes;
    throw new InputError(
      `Cannot train ${stage} in "${folder}": ${earlier} must be done: it ` +
        `stands at step ${step}; go on with it first`,
    );
  }
  return 0;
}

/** Renames the folders of a phase and all later ones, so that they start again. */
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
    host.say(
      `${stage} begins again; what it had done is in aside-${n}-${stage}`,
    );
  }
}

/** Whether a file or folder exists. */
export async function exists(path: string): Promise<boolean> {
  try {
    await Deno.stat(path);
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}
