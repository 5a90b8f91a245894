import type { JsonRecord } from "../../formats/jsonl/mod.ts";
import type { Display, FigureSeries } from "../../notebook/mod.ts";
import type { RunConfig, TrainHost } from "../../trainer/mod.ts";
import { channelsOf } from "../train/mod.ts";

/**
 * The host of training in a notebook: progress bars, Stop button, alerts. Call it
 * in every cell that trains, for an aborted signal stays aborted.
 *
 * @param log Prints a line.
 * @throws {InputError} if the file of `alerts` cannot be used
 */
export async function notebookHost(
  show: Pick<Display, "progress" | "stopSignal">,
  { alerts }: Pick<RunConfig, "alerts">,
  log: (line: string) => void,
): Promise<TrainHost> {
  return {
    channels: await channelsOf({ alerts }, Deno.env.toObject()),
    progress: show.progress,
    signal: show.stopSignal,
    clock: () => performance.now(),
    now: () => new Date(),
    log,
  };
}

/**
 * A metric of a stage over its steps, to plot. Skips records without it.
 *
 * @param records Lines of `metrics.jsonl`.
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
