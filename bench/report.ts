import { alignColumns, InputError, messageOf } from "lib/core/mod.ts";
import type { Machine } from "./machine.ts";
import type { BenchResult, ProfileRow } from "./result.ts";

/** A result for people. */
export function resultText(result: BenchResult, machine: Machine): string {
  const { torch } = result;
  const sizes = Object.entries(result.sizes)
    .map(([name, value]) => `${name} ${value}`).join(", ");
  const scale = result.gflops === undefined
    ? undefined
    : result.gflops * result.medianMs;
  const row = (
    name: string,
    x: { medianMs: number; minMs: number; steps: number; peakRssBytes: number },
  ): string[] => [
    name,
    x.medianMs.toFixed(1),
    x.minMs.toFixed(1),
    String(x.steps),
    scale === undefined ? "" : (scale / x.medianMs).toFixed(1),
    (x.peakRssBytes / 2 ** 20).toFixed(0),
  ];
  const lines = [
    `${result.bench} on ${result.device} ` +
    `(${
      result.card ?? `${machine.cpu}, ${machine.threads} threads`
    }): ${sizes}`,
    ...(result.parameters === undefined
      ? []
      : [`${(result.parameters / 1e6).toFixed(2)} million parameters`]),
    ...result.checked.map((what) => `checked: ${what}`),
    "",
    ...table([
      ["", "median ms", "min ms", "runs", "GFLOP/s", "peak MiB"],
      row("ours", result),
      ...(torch ? [row(`torch ${torch.version}`, torch)] : []),
    ]),
    "",
  ];
  if (result.fractionOfMatmulPeak !== undefined) {
    const percent = (100 * result.fractionOfMatmulPeak).toFixed(0);
    lines.push(`${percent} % of this machine's matmul`);
  }
  if (result.picturesPerSecond !== undefined) {
    lines.push(`${result.picturesPerSecond.toFixed(0)} pictures a second`);
  }
  if (result.ratio !== undefined) {
    lines.push(
      `ours / torch: ${result.ratio.toFixed(2)} of the time ` +
        `(torch in ${torch!.layout})`,
    );
  }
  if (result.note !== undefined) lines.push(result.note);
  if (result.profile) {
    const { operations, shapes } = result.profile;
    lines.push("", ...profileText(operations), "", ...profileText(shapes));
  }
  return lines.join("\n");
}

function profileText(rows: readonly ProfileRow[]): string[] {
  return table([
    ["ms", "calls", "operation", "shapes"],
    ...rows.map(({ operation, shapes, calls, milliseconds }) => [
      milliseconds.toFixed(2),
      calls.toFixed(0),
      operation,
      shapes,
    ]),
  ]);
}

/** Aligns columns: numbers to the right, words to the left. */
function table(rows: readonly (readonly string[])[]): string[] {
  const isNumeric = rows[0]!.map((_, column) =>
    rows.slice(1).every((row) => /^[\d.]*$/.test(row[column]!))
  );
  return alignColumns(rows, (column) => isNumeric[column]!);
}

/**
 * Keeps a result with what it depends on.
 *
 * @param day `2026-11-05`.
 * @returns the path of the file.
 */
export async function saveResult(
  folder: string,
  day: string,
  result: BenchResult,
  machine: Machine,
): Promise<string> {
  const path = `${folder}/${day}-${result.bench}-${result.device}.json`;
  try {
    await Deno.mkdir(folder, { recursive: true });
    await Deno.writeTextFile(
      path,
      `${JSON.stringify({ ...result, machine }, undefined, 2)}\n`,
    );
  } catch (error) {
    throw new InputError(
      `Cannot keep the result: ${folder} must be a folder that may be written: ` +
        messageOf(error),
    );
  }
  return path;
}
