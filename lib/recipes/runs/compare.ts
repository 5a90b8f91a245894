import { alignColumns } from "../../core/mod.ts";
import { type JsonRecord, readJsonl } from "../../formats/jsonl/mod.ts";
import {
  heldOutField,
  lastSampleSheets,
  numbersOf,
  readConfig,
  readData,
  seriesOf,
  STAGES,
  titleOf,
} from "../../trainer/mod.ts";
import { type Curve, htmlReport } from "../../trainer/report/mod.ts";
import { flat } from "./csv.ts";

/** How runs differ. */
export interface Comparison {
  /** Folders of the runs. */
  readonly runs: readonly string[];
  /** Settings that are not the same in all, with the value of each run. */
  readonly settings: readonly Row[];
  /** Final and best figures of each stage. */
  readonly scores: readonly Row[];
}

interface Row {
  readonly name: string;
  /** One for each run; `-` where it has none. */
  readonly values: readonly string[];
}

/** Settings that do not change what a run learns. */
const IGNORED =
  /^(device|workers|shardOptimiser|overlap|gradientSums|saveEvery|keepLast|keepEvery|alerts)$/;

/**
 * Compares runs by their configurations and metrics.
 *
 * @throws {InputError} naming the file, if one is damaged
 */
export async function comparedRuns(
  runs: readonly string[],
): Promise<Comparison> {
  const settings = await settingsOf(runs);
  const scores = await Promise.all(runs.map(scoresOf));
  return {
    runs,
    settings: rowsOf(settings).filter(({ values }) => new Set(values).size > 1),
    scores: rowsOf(scores).toSorted((a, b) => placeOf(a) - placeOf(b)),
  };
}

/** The settings of runs; those of their data where one is of an earlier version. */
async function settingsOf(
  runs: readonly string[],
): Promise<Map<string, string>[]> {
  const configs = await Promise.all(runs.map(readConfig));
  const known = configs.every((config) => config !== undefined)
    ? configs
    : await Promise.all(runs.map(readData));
  return known.map((config = {}) =>
    new Map(
      [...flat(config as JsonRecord)]
        .filter(([name]) => !IGNORED.test(name))
        .map(([name, value]) => [
          name === "name" ? "preset" : name,
          shown(value),
        ]),
    )
  );
}

/** A setting as text: sources of data as `data/mine (weight 1)`. */
function shown(value: unknown): string {
  if (Array.isArray(value)) return value.map(shown).join(", ") || "none";
  if (typeof value !== "object" || value === null) return String(value);
  const { path, weight, ...others } = value as Record<string, unknown>;
  return path !== undefined && Object.keys(others).length === 0
    ? `${path} (weight ${weight})`
    : JSON.stringify(value);
}

async function scoresOf(run: string): Promise<Map<string, string>> {
  const records = await readJsonl(`${run}/metrics.jsonl`);
  const scores = new Map<string, string>();
  for (const stage of STAGES) {
    const own = records.filter((record) => record.stage === stage);
    if (own.length === 0) continue;
    scores.set(`${stage}: updates`, String(own.at(-1)!.step));
    const loss = numbersOf(own, "loss").at(-1);
    if (loss) scores.set(`${stage}: last loss`, loss[1].toPrecision(4));
    const held = numbersOf(own, heldOutField(stage)).map(([, y]) => y);
    if (held.length === 0) continue;
    const name = stage === "vae" ? "PSNR" : "loss";
    const text = (score: number): string =>
      stage === "vae"
        ? `${(-10 * Math.log10(score)).toFixed(2)} dB`
        : score.toPrecision(4);
    scores.set(`${stage}: last held-out ${name}`, text(held.at(-1)!));
    scores.set(`${stage}: best held-out ${name}`, text(Math.min(...held)));
  }
  return scores;
}

/** The place of a score's stage in the curriculum: `text: last loss`. */
function placeOf({ name }: Row): number {
  return STAGES.findIndex((stage) => name.startsWith(`${stage}:`));
}

/** A row for each name, in the order of the names. */
function rowsOf(columns: readonly ReadonlyMap<string, string>[]): Row[] {
  const names = new Set(columns.flatMap((column) => [...column.keys()]));
  return [...names].map((name) => ({
    name,
    values: columns.map((column) => column.get(name) ?? "-"),
  }));
}

/** The comparison as two tables for a terminal. */
export function comparisonText(
  { runs, settings, scores }: Comparison,
): string {
  const table = (title: string, rows: readonly Row[]): string =>
    alignColumns(
      [
        [title, ...runs],
        ...rows.map(({ name, values }) => [name, ...values]),
      ],
      (column) => column > 0,
    ).join("\n");
  return [
    settings.length === 0
      ? "the settings are equal"
      : table("setting", settings),
    table("score", scores),
  ].join("\n\n");
}

/** A page with the tables, the curves over each other, and the last samples. */
export async function comparisonPage(
  { runs, settings, scores }: Comparison,
): Promise<string> {
  const tableOf = (title: string, rows: readonly Row[]) => ({
    title,
    columns: ["", ...runs],
    rows: rows.map(({ name, values }) => [name, ...values]),
  });
  const records = await Promise.all(
    runs.map((run) => readJsonl(`${run}/metrics.jsonl`)),
  );
  const sheets = await Promise.all(
    runs.map(async (run) =>
      (await lastSampleSheets(run)).map((sheet) => ({ ...sheet, run }))
    ),
  );
  // Stage by stage, so that the runs stand beside each other.
  const ordered = STAGES.flatMap((stage) =>
    sheets.flat().filter((sheet) => sheet.stage === stage)
  );
  return htmlReport({
    title: "Comparison of runs",
    subtitle: runs.join(", "),
    facts: [],
    verdicts: [],
    tables: [
      ...(settings.length === 0
        ? []
        : [tableOf("Settings that differ", settings)]),
      tableOf("Scores", scores),
    ],
    curves: curvesOf(runs, records),
    media: await Promise.all(
      ordered.map(async ({ run, stage, step, path }) => ({
        title: `${run}, ${stage}`,
        kind: "image" as const,
        mime: "image/png",
        bytes: await Deno.readFile(path),
        caption: `after ${step.toLocaleString("en-US")} updates`,
      })),
    ),
  });
}

/** Loss and held-out score of each stage, a line for each run. */
function curvesOf(
  runs: readonly string[],
  records: readonly (readonly JsonRecord[])[],
): Curve[] {
  return STAGES.flatMap((stage) =>
    [
      { field: "loss", label: "loss", logY: true },
      stage === "vae"
        ? { field: "heldOutPsnr", label: "held-out PSNR (dB)", logY: false }
        : { field: "heldOutLoss", label: "held-out loss", logY: true },
    ].map(({ field, label, logY }): Curve => ({
      title: `${stage} (${titleOf(stage)}): ${label}`,
      xLabel: "update",
      yLabel: label,
      logY,
      series: runs.flatMap((run, i) => {
        const own = records[i]!.filter((record) => record.stage === stage);
        const series = seriesOf(own, field, run);
        return series.x.length === 0 ? [] : [series];
      }),
    })).filter(({ series }) => series.length > 0)
  );
}
