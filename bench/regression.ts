import { alignColumns, InputError, messageOf } from "lib/core/mod.ts";
import { quantile } from "lib/evaluation/held_out/nearest.ts";
import type { BenchResult } from "./result.ts";

/** A kept result, and the day of its file, `2026-11-05`. */
export interface KeptResult extends BenchResult {
  readonly day: string;
}

/** Parts of a ratio that two quiet runs of one commit may differ by. */
const NOISE = 0.05;

/**
 * Reads kept results: the last of each bench, device and set of sizes.
 *
 * @throws {InputError} naming a file that is no result
 */
export async function lastResults(folder: string): Promise<KeptResult[]> {
  const files: string[] = [];
  for await (const { name } of Deno.readDir(folder)) {
    if (/^\d{4}-\d\d-\d\d-.*\.json$/.test(name)) files.push(name);
  }
  const last = new Map<string, KeptResult>();
  for (const name of files.sort()) {
    const path = `${folder}/${name}`;
    try {
      const result = JSON.parse(await Deno.readTextFile(path)) as BenchResult;
      last.set(keyOf(result), { ...result, day: name.slice(0, 10) });
    } catch (error) {
      throw new InputError(
        `Cannot compare with "${path}": it must be a result of deno task bench ` +
          `--save: ${messageOf(error)}; write it again`,
      );
    }
  }
  return [...last.values()];
}

/** How a result stands beside the last one of the same work. */
export interface Comparison {
  readonly bench: string;
  /** What is compared; both sides of a ratio ran in turns, so that it depends little on the machine. */
  readonly figure: "time over PyTorch's" | "time over a matrix product's" | "";
  readonly day: string;
  readonly before?: number;
  readonly now?: number;
  readonly verdict: "as before" | "slower" | "faster" | "not compared";
}

/**
 * Compares a result with the last one of the same bench, device and sizes. It is
 * slower or faster where three of four rounds differ from the ratio before by
 * more than 5 %.
 */
export function compare(
  result: BenchResult,
  kept: readonly KeptResult[],
): Comparison {
  const { bench } = result;
  const before = kept.find((each) => keyOf(each) === keyOf(result));
  if (before?.ratio !== undefined && result.ratio !== undefined) {
    return {
      bench,
      figure: "time over PyTorch's",
      day: before.day,
      before: before.ratio,
      now: result.ratio,
      verdict: verdictOf(before.ratio, result.ratioQuartiles!),
    };
  }
  const product = before?.fractionOfMatmulPeak;
  if (product === undefined || result.fractionOfMatmulPeak === undefined) {
    return {
      bench,
      figure: "",
      day: before?.day ?? "",
      verdict: "not compared",
    };
  }
  const now = 1 / result.fractionOfMatmulPeak;
  return {
    bench,
    figure: "time over a matrix product's",
    day: before!.day,
    before: 1 / product,
    now,
    verdict: verdictOf(1 / product, [now, now]),
  };
}

function verdictOf(
  before: number,
  [lower, upper]: readonly [number, number],
): Comparison["verdict"] {
  if (lower > before * (1 + NOISE)) return "slower";
  return upper < before * (1 - NOISE) ? "faster" : "as before";
}

/** The quartiles of the ratios of rounds: ours over theirs. */
export function ratioQuartiles(
  ours: readonly number[],
  theirs: readonly number[],
): [number, number] {
  const ratios = ours.map((time, round) => time / theirs[round]!);
  return [quantile(ratios, 0.25), quantile(ratios, 0.75)];
}

/** The comparisons as a table. */
export function comparisonText(rows: readonly Comparison[]): string {
  const number = (value?: number): string => value?.toFixed(2) ?? "";
  return alignColumns([
    ["bench", "before", "now", "", "figure", "since"],
    ...rows.map(({ bench, before, now, verdict, figure, day }) => [
      bench,
      number(before),
      number(now),
      verdict,
      figure,
      day,
    ]),
  ], (column) => column === 1 || column === 2).join("\n");
}

function keyOf({ bench, device, sizes }: BenchResult): string {
  return JSON.stringify([
    bench,
    device,
    Object.entries(sizes).sort(([a], [b]) => a < b ? -1 : 1),
  ]);
}
