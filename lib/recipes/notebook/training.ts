import { exists, InputError, wrapLine } from "../../core/mod.ts";
import { type JsonRecord, readJsonl } from "../../formats/jsonl/mod.ts";
import type { Display, FigureSeries } from "../../notebook/mod.ts";
import {
  endOf,
  type RunConfig,
  type Stage,
  type TrainHost,
} from "../../trainer/mod.ts";
import { channelsOf, perceptualNetwork } from "../train/mod.ts";
import { liveTraining } from "./live_training.ts";

/** Characters of a line that fit into a cell of JupyterLab. */
const LINE = 100;

/**
 * A notebook as the host of training: its progress, its Stop button, alerts, and
 * memory, curves and samples that grow in the cell.
 * Create one in every cell that trains: an aborted signal stays aborted.
 *
 * @param log Prints a line.
 * @throws {InputError} if the file of `alerts` cannot be used
 */
export async function notebookHost(
  show: Pick<Display, "progress" | "stopSignal" | "live">,
  { run, alerts, perceptual }: Pick<RunConfig, "run" | "alerts" | "perceptual">,
  log: (line: string) => void,
): Promise<TrainHost> {
  return {
    channels: await channelsOf({ alerts }, Deno.env.toObject()),
    progress: show.progress,
    signal: show.stopSignal,
    clock: () => performance.now(),
    now: () => new Date(),
    perceptual: await perceptualNetwork({ perceptual }),
    ...liveTraining(show, run, () => performance.now()),
    log: (line) => log(wrapLine(line, LINE)),
  };
}

/**
 * The lines of `metrics.jsonl` of a run, also of one that was stopped.
 *
 * @param stage Must have been trained for an update at least, if it is given.
 * @throws {InputError} if there is nothing to show: the line says which cell to run
 */
export async function runMetrics(
  run: string,
  stage?: Stage,
): Promise<JsonRecord[]> {
  const path = `${run}/metrics.jsonl`;
  const records = await exists(path) ? await readJsonl(path) : [];
  if (records.some((record) => stage === undefined || record.stage === stage)) {
    return records;
  }
  throw new InputError(
    `Cannot show metrics of "${run}": ${
      stage ?? "it"
    } must have been trained ` +
      "for an update at least: there is none; run the cell that trains",
  );
}

/**
 * Checks that a stage was trained to its end, before other checks of it.
 *
 * @throws {InputError} if it was stopped or failed: the line says which cell to run
 */
export async function assertTrained(run: string, stage: Stage): Promise<void> {
  if (await endOf(run, stage) !== undefined) return;
  throw new InputError(
    `Cannot check ${stage} of "${run}": its training must be done: it is not; ` +
      "run the cell that trains, which resumes",
  );
}

/**
 * A metric of a stage over its steps, ready to plot. Records without it are left
 * out.
 *
 * @param records Lines of `metrics.jsonl`.
 *
 * @example
 * ```ts
 * import { metricSeries } from "lib/recipes/notebook/mod.ts";
 * import assert from "node:assert/strict";
 *
 * const records = [
 *   { stage: "vae", step: 1, loss: 0.5 },
 *   { stage: "vae", step: 2, heldOutPsnr: 20 },
 *   { stage: "phase1", step: 1, loss: 2 },
 * ];
 * assert.deepEqual(metricSeries(records, "vae", "loss"), { name: "vae", x: [1], y: [0.5] });
 * ```
 */
export function metricSeries(
  records: readonly JsonRecord[],
  stage: string,
  metric: string,
  name: string = stage,
): FigureSeries {
  const known = records.filter((record) =>
    record.stage === stage && typeof record[metric] === "number"
  );
  return {
    name,
    x: known.map(({ step }) => Number(step)),
    y: known.map((record) => Number(record[metric])),
  };
}
