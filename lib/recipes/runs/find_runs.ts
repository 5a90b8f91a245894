import { exists, InputError } from "../../core/mod.ts";
import { DIFFUSION_FILE } from "../../pipeline/mod.ts";
import { listRuns, type RunState } from "../../service/trainings/mod.ts";
import { endOf, readConfig, readData, STAGES } from "../../trainer/mod.ts";

/** A run as `deno task runs` lists it. */
export interface ListedRun extends RunState {
  readonly path: string;
  /** Stages that are done, in order. */
  readonly done: readonly string[];
  /** The best held-out score of each stage. */
  readonly best: Readonly<Record<string, string>>;
  /** Bytes of all its files. */
  readonly disk: number;
  /** What it trains on; absent for runs of other commands. */
  readonly data?: string | undefined;
  readonly preset?: string | undefined;
}

/** Folders below the first one in which runs are looked for. */
const DEPTH = 3;

/**
 * The runs in a folder and in folders of it, the latest first.
 *
 * @throws {InputError} if there is no such folder
 */
export async function findRuns(folder: string): Promise<ListedRun[]> {
  if (!await exists(folder)) {
    throw new InputError(
      `Cannot list runs of "${folder}": it must be a folder: it does not ` +
        "exist; train a run, or name its folder with --folder",
    );
  }
  const found = await runsBelow(folder, DEPTH);
  const runs = await Promise.all(found.map(listedRun));
  return runs.sort((a, b) => b.updated.getTime() - a.updated.getTime());
}

type FoundRun = RunState & { readonly path: string };

async function runsBelow(folder: string, depth: number): Promise<FoundRun[]> {
  const runs = (await listRuns(folder))
    .map((run) => ({ ...run, path: `${folder}/${run.name}` }));
  if (depth === 0) return runs;
  for await (const { name, isDirectory } of Deno.readDir(folder)) {
    const isRun = runs.some((run) => run.name === name);
    if (!isDirectory || isRun || name.startsWith(".")) continue;
    runs.push(...await runsBelow(`${folder}/${name}`, depth - 1));
  }
  return runs;
}

async function listedRun(run: FoundRun): Promise<ListedRun> {
  const { path } = run;
  const done = [];
  for (const stage of STAGES) {
    // A damaged file must not hide the other runs.
    if (await endOf(path, stage).catch(() => undefined)) done.push(stage);
  }
  return {
    ...run,
    // Other commands write metrics too, but no summary.
    ...(run.state === "unknown" && { state: await otherState(path) }),
    path,
    done,
    best: await bestScores(path),
    disk: await bytesIn(path),
    data: await dataText(path).catch(() => undefined),
    preset: await presetOf(path).catch(() => undefined),
  };
}

/** What a folder with metrics is that no training has: a demo, or packed models. */
async function otherState(path: string): Promise<string> {
  if (await exists(`${path}/${DIFFUSION_FILE}`)) return "weights: packed";
  const report: { passed?: unknown } = await Deno.readTextFile(
    `${path}/report.json`,
  ).then(JSON.parse).catch(() => ({}));
  if (typeof report.passed !== "boolean") return "unknown";
  return `demo: ${report.passed ? "passed" : "failed"}`;
}

async function presetOf(path: string): Promise<string | undefined> {
  const name = (await readConfig(path))?.name;
  return typeof name === "string" ? name : undefined;
}

/** The best score of each stage: PSNR for the VAE, else the held-out loss. */
export async function bestScores(
  path: string,
): Promise<Record<string, string>> {
  interface Summary {
    stages?: Record<string, { bestHeldOut?: { score?: unknown } }>;
  }
  const { stages = {} }: Summary = await Deno.readTextFile(
    `${path}/summary.json`,
  ).then(JSON.parse).catch(() => ({}));
  return Object.fromEntries(
    Object.entries(stages).flatMap(([stage, { bestHeldOut }]) => {
      const score = bestHeldOut?.score;
      if (typeof score !== "number") return [];
      const text = stage === "vae"
        ? `${(-10 * Math.log10(score)).toFixed(1)} dB`
        : score.toPrecision(4);
      return [[stage, text]];
    }),
  );
}

async function dataText(path: string): Promise<string | undefined> {
  const saved = await readData(path);
  if (saved === undefined) return undefined;
  const names = saved.data.map(({ path }) => path.split(/[\\/]/).at(-1)!);
  return [...names, ...(saved.world > 0 ? ["world"] : [])].join(" + ");
}

async function bytesIn(folder: string): Promise<number> {
  let bytes = 0;
  for await (const { name, isDirectory } of Deno.readDir(folder)) {
    const path = `${folder}/${name}`;
    // A run that trains removes files meanwhile.
    bytes += isDirectory
      ? await bytesIn(path).catch(() => 0)
      : await Deno.stat(path).then(({ size }) => size, () => 0);
  }
  return bytes;
}
