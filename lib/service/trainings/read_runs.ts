import { InputError } from "../../core/mod.ts";
import { type JsonRecord, readJsonl } from "../../formats/jsonl/mod.ts";

/** A training as its folder shows it. */
export interface RunState {
  /** Of the folder. */
  readonly name: string;
  /** `running` if a process holds the folder, else what its summary says. */
  readonly state: string;
  readonly stage?: string;
  readonly step?: number;
  readonly totalSteps?: number;
  /** Last change of its metrics. */
  readonly updated: Date;
}

/** Points of one figure over the steps of one stage. */
export interface RunCurve {
  readonly stage: string;
  readonly figure: string;
  readonly points: readonly (readonly [step: number, value: number])[];
}

/** A training with its curves and files. */
export interface RunDetails extends RunState {
  readonly curves: readonly RunCurve[];
  /** Names of sample sheets, the newest first. */
  readonly samples: readonly string[];
  readonly hasReport: boolean;
}

/** The file that makes a folder a run. */
const METRICS = "metrics.jsonl";

/** Figures that are plotted, where a run has them. */
const FIGURES = ["loss", "heldOutLoss", "heldOutError", "heldOutPsnr"];

/** Points of a curve at most. */
const POINTS = 300;

/** The trainings in a folder, the latest first. */
export async function listRuns(folder: string): Promise<RunState[]> {
  const names = await namesIn(folder, ({ isDirectory }) => isDirectory);
  const runs = await Promise.all(names.map((name) => runState(folder, name)));
  return runs.filter((run) => run !== undefined)
    .sort((a, b) => b.updated.getTime() - a.updated.getTime());
}

/**
 * One training.
 *
 * @param name As {@link listRuns} gives it; anything else is no run.
 */
export async function readRun(
  folder: string,
  name: string,
): Promise<RunDetails | undefined> {
  const names = await namesIn(folder, ({ isDirectory }) => isDirectory);
  const state = names.includes(name) ? await runState(folder, name) : undefined;
  if (state === undefined) return undefined;
  const path = `${folder}/${name}`;
  const [records, samples, files] = await Promise.all([
    readRecords(`${path}/${METRICS}`),
    namesIn(
      `${path}/samples`,
      ({ isFile, name }) => isFile && /\.png$/.test(name),
    ),
    namesIn(path, ({ isFile }) => isFile),
  ]);
  const times = await Promise.all(
    samples.map(async (sample) =>
      (await Deno.stat(`${path}/samples/${sample}`)).mtime?.getTime() ?? 0
    ),
  );
  const order = samples.map((_, i) => i).sort((a, b) => times[b]! - times[a]!);
  return {
    ...state,
    curves: curvesOf(records),
    samples: order.map((i) => samples[i]!),
    hasReport: files.includes("report.html"),
  };
}

/**
 * The path of a file that a training shows: a sample sheet or its report.
 *
 * @returns undefined if the run has no such file
 */
export async function runFile(
  folder: string,
  run: string,
  file: string,
): Promise<string | undefined> {
  const details = await readRun(folder, run);
  if (details === undefined) return undefined;
  const path = `${folder}/${run}`;
  if (file === "report.html") {
    return details.hasReport ? `${path}/${file}` : undefined;
  }
  return details.samples.includes(file) ? `${path}/samples/${file}` : undefined;
}

async function namesIn(
  folder: string,
  wanted: (entry: Deno.DirEntry) => boolean,
): Promise<string[]> {
  const names: string[] = [];
  try {
    for await (const entry of Deno.readDir(folder)) {
      if (!entry.name.startsWith(".") && wanted(entry)) names.push(entry.name);
    }
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
  return names;
}

async function runState(
  folder: string,
  name: string,
): Promise<RunState | undefined> {
  const path = `${folder}/${name}`;
  const stat = await Deno.stat(`${path}/${METRICS}`).catch(() => undefined);
  if (!stat?.isFile) return undefined;
  const summary = await readSummary(`${path}/summary.json`);
  const isHeld = await isLocked(`${path}/.lock`);
  const said = String(summary.state ?? "unknown");
  return {
    name,
    // A process that was killed could not write how it ended.
    state: isHeld ? "running" : said === "running" ? "stopped" : said,
    stage: typeof summary.stage === "string" ? summary.stage : undefined,
    step: numberOf(summary.step),
    totalSteps: numberOf(summary.totalSteps),
    updated: stat.mtime ?? new Date(0),
  };
}

function numberOf(value: unknown): number | undefined {
  return typeof value === "number" ? value : undefined;
}

async function readSummary(path: string): Promise<JsonRecord> {
  try {
    const value: unknown = JSON.parse(await Deno.readTextFile(path));
    return typeof value === "object" && value !== null
      ? value as JsonRecord
      : {};
  } catch {
    // A run writes it at its first report.
    return {};
  }
}

/** Whether a process holds a lock file; looking at it takes it for no time. */
async function isLocked(path: string): Promise<boolean> {
  try {
    using file = await Deno.open(path);
    return !await file.tryLock(false);
  } catch {
    return false;
  }
}

async function readRecords(path: string): Promise<JsonRecord[]> {
  try {
    return await readJsonl(path);
  } catch (error) {
    // A damaged file must not hide the other runs.
    if (error instanceof InputError) return [];
    throw error;
  }
}

function curvesOf(records: readonly JsonRecord[]): RunCurve[] {
  const stages = Map.groupBy(records, ({ stage }) => String(stage));
  return [...stages].flatMap(([stage, own]) =>
    FIGURES.flatMap((figure) => {
      const points = own.flatMap(({ step, [figure]: value }) =>
        typeof step === "number" && typeof value === "number" &&
          Number.isFinite(value)
          ? [[step, value] as const]
          : []
      );
      return points.length < 2
        ? []
        : [{ stage, figure, points: thinned(points) }];
    })
  );
}

function thinned<T>(points: readonly T[]): T[] {
  const every = Math.ceil(points.length / POINTS);
  return points.filter((_, i) => i % every === 0 || i === points.length - 1);
}
