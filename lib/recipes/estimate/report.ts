import { bytesText } from "../../core/mod.ts";
import type { StagePlan } from "../../trainer/mod.ts";
import { flopsText } from "../describe/table.ts";
import type { Choice, Setting } from "../../trainer/mod.ts";
import type { Measurement } from "../../trainer/mod.ts";
import type { Estimate } from "../../trainer/mod.ts";

/** All that was found out about a stage. */
export interface Report {
  readonly preset: string;
  readonly stage: string;
  readonly device: string;
  readonly plan: StagePlan;
  /** Speed of a matrix product, GFLOP/s. */
  readonly gflops: number;
  readonly limitBytes: number;
  /** What was asked for first; the last one fits, if any does. */
  readonly choices: readonly Choice[];
  /** Of the first choice. */
  readonly measured: Measurement | undefined;
}

/** What each item is called. */
const NAMES: Readonly<Record<keyof Estimate["items"], string>> = {
  process: "program",
  compiling: "compiling",
  initial: "weights as they were made",
  parameters: "parameters",
  optimiser: "moments, averages, sums",
  spare: "second copies",
  batches: "batches",
  activations: "activations and gradients",
  saving: "copies for checkpoints",
};

/** Seconds of an update at the speed of a matrix product: no step is faster. */
export function secondsOf({ flops }: Estimate, gflops: number): number {
  return flops / (gflops * 1e9);
}

/** The report as lines for people. */
export function textOf(report: Report): string {
  const { plan, choices, gflops, limitBytes, measured } = report;
  const { setting, estimate } = choices[0]!;
  const rows: [string, string][] = [
    [
      "parameters",
      `${(estimate.parameters / 1e6).toPrecision(3)} M`,
    ],
    ["operations of an update", `${flopsText(estimate.flops)}FLOP`],
    [
      "seconds of an update",
      `${seconds(estimate, gflops)} at least, at ${
        gflops.toPrecision(3)
      } GFLOP/s`,
    ],
    ["", ""],
    ...Object.entries(estimate.items).filter(([, bytes]) => bytes > 0).map((
      [name, bytes],
    ): [string, string] => [
      NAMES[name as keyof Estimate["items"]],
      bytesText(bytes),
    ]),
    ["peak", bytesText(estimate.peakBytes)],
    ...measured
      ? [[
        "peak, measured",
        `${bytesText(measured.peakBytes)}; an update took ${
          measured.secondsPerStep.toPrecision(3)
        } s`,
      ], [
        "estimate / measured",
        `${ratio(estimate.peakBytes, measured.peakBytes)}; without the ` +
        `program ${
          ratio(
            estimate.peakBytes - estimate.items.process,
            measured.peakBytes - measured.baselineBytes,
          )
        }`,
      ]] as [string, string][]
      : [],
  ];
  const width = Math.max(...rows.map(([name]) => name.length));
  return [
    `${report.preset}, ${report.stage}: ${settingText(setting)}, ` +
    `${plan.frames}x${plan.height}x${plan.width}, on ${report.device}`,
    "",
    ...rows.map(([name, text]) => `${name.padEnd(width)}  ${text}`.trimEnd()),
    "",
    ...verdict(choices, limitBytes, gflops),
  ].join("\n");
}

function verdict(
  choices: readonly Choice[],
  limit: number,
  gflops: number,
): string[] {
  const last = choices.at(-1)!;
  const fits = last.estimate.peakBytes <= limit;
  const tried = choices.slice(1).map(({ setting, estimate }) =>
    `  ${settingText(setting)}: ${bytesText(estimate.peakBytes)}, ` +
    `${seconds(estimate, gflops)} s an update at least`
  );
  const room = bytesText(limit);
  if (choices.length === 1 && fits) return [`It fits into ${room}.`];
  return [
    fits
      ? `It does not fit into ${room} as it is, but it does with ` +
        `${settingText(last.setting)}:`
      : `It does not fit into ${room}, whatever the setting: take a smaller ` +
        "preset, or smaller clips:",
    ...tried,
  ];
}

function ratio(estimate: number, measured: number): string {
  return (estimate / measured).toFixed(2);
}

function seconds(estimate: Estimate, gflops: number): string {
  return secondsOf(estimate, gflops).toPrecision(2);
}

function settingText({ batch, accumulation, recompute }: Setting): string {
  return [
    `batch ${batch}`,
    ...accumulation > 1 ? [`${accumulation} of them an update`] : [],
    ...recompute ? ["blocks recomputed"] : [],
  ].join(", ");
}
