import {
  alignColumns,
  assertReplaceable,
  assertWritableFile,
  bytesText,
  exists,
  freeNumber,
  InputError,
  writeFileAtomically,
} from "../../core/mod.ts";
import { readJsonl } from "../../formats/jsonl/mod.ts";
import { log, print, runProgram } from "../command_line/mod.ts";
import { comparedRuns, comparisonPage, comparisonText } from "./compare.ts";
import { csvOf } from "./csv.ts";
import { findRuns, type ListedRun } from "./find_runs.ts";
import { runsFlags, type RunsOptions } from "./options.ts";

/** `deno task runs`: the runs of a folder, their differences, their metrics. */
async function runs(options: RunsOptions): Promise<number> {
  const [command, ...names] = options.command;
  if (command === undefined) return await list(options);
  if (command === "compare" && names.length >= 2) {
    return await compare(names, options);
  }
  if (command === "export" && names.length === 1) {
    return await exportMetrics(names[0]!, options);
  }
  throw new InputError(
    "Cannot read the command: it must be nothing, compare RUN RUN... or " +
      `export RUN: current value is "${options.command.join(" ")}"`,
  );
}

async function list({ folder, json }: RunsOptions): Promise<number> {
  const runs = await findRuns(folder);
  if (json) print(JSON.stringify(runs, null, 2));
  else if (runs.length === 0) log(`no runs below ${folder}`);
  else print(tableText(runs));
  return 0;
}

function tableText(runs: readonly ListedRun[]): string {
  const rows = runs.map((run) => [
    run.path,
    run.state,
    run.preset ?? "-",
    run.done.join(" ") || "-",
    run.step === undefined
      ? "-"
      : `${run.stage} ${run.step}/${run.totalSteps ?? "?"}`,
    Object.entries(run.best).map(([stage, score]) => `${stage} ${score}`)
      .join(", ") || "-",
    bytesText(run.disk),
    run.data ?? "-",
    run.updated.toISOString().slice(0, 16).replace("T", " "),
  ]);
  return alignColumns(
    [
      [
        ...["run", "state", "preset", "stages done", "update", "best held-out"],
        ...["disk", "data", "changed (UTC)"],
      ],
      ...rows,
    ],
    (column) => column === 6,
  ).join("\n");
}

async function compare(
  names: readonly string[],
  { folder, out, overwrite, json }: RunsOptions,
): Promise<number> {
  const paths = await Promise.all(names.map((name) => runAt(name, folder)));
  const numbered = (n: number): string =>
    `${folder}/compare_${String(n).padStart(2, "0")}.html`;
  const page = out ?? numbered(await freeNumber(numbered));
  if (!page.endsWith(".html")) {
    throw new InputError(
      `Cannot use --out: a page must end in .html: current value is "${page}"`,
    );
  }
  await assertReplaceable([page], overwrite, "--out");
  await assertWritableFile(page, "--out");
  const compared = await comparedRuns(paths);
  print(
    json ? JSON.stringify(compared, null, 2) : comparisonText(compared),
  );
  await writeFileAtomically(page, await comparisonPage(compared));
  log(`page: ${page}`);
  return 0;
}

async function exportMetrics(
  name: string,
  { folder, out, overwrite }: RunsOptions,
): Promise<number> {
  const path = await runAt(name, folder);
  const file = out ?? `${path}/metrics.csv`;
  await assertReplaceable([file], overwrite, "--out");
  await assertWritableFile(file, "--out");
  const records = await readJsonl(`${path}/metrics.jsonl`);
  await writeFileAtomically(file, csvOf(records));
  log(`metrics: ${file}, ${records.length.toLocaleString("en-US")} rows`);
  return 0;
}

/**
 * The folder of a run: as it is given, or in the folder of all runs.
 *
 * @throws {InputError} if neither holds metrics
 */
async function runAt(name: string, folder: string): Promise<string> {
  for (const path of [name.replace(/(?<=.)\/+$/, ""), `${folder}/${name}`]) {
    if (await exists(`${path}/metrics.jsonl`)) return path;
  }
  throw new InputError(
    `Cannot use "${name}": it must be the folder of a run, or its name in ` +
      `"${folder}": there is no metrics.jsonl; deno task runs lists them`,
  );
}

if (import.meta.main) {
  await runProgram({
    usage: "deno task runs",
    purpose: "Lists runs, compares them, or writes the metrics of one as CSV.",
    flags: runsFlags,
    run: runs,
  });
}
