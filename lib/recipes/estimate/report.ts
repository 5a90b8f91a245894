import type { DeviceProfile } from "../../compiler/mod.ts";
import { bytesText, durationText } from "../../core/mod.ts";
import {
  type Choice,
  type Choices,
  type Estimate,
  fits,
  flagsText,
  lengthOf,
  type Measurement,
  type MemoryBytes,
  type MemoryItem,
  type MemoryLimits,
  planOf,
  PURPOSES,
  type RunConfig,
  type Stage,
} from "../../trainer/mod.ts";
import { flopsText } from "../describe/table.ts";

/** The estimates of a stage. */
export interface StageReport {
  readonly config: RunConfig;
  readonly stage: Stage;
  readonly profile: Pick<DeviceProfile, "name">;
  readonly limits: MemoryLimits;
  /** Speed of a matrix product; undefined for a device that is absent. */
  readonly gflops: number | undefined;
  readonly choices: Choices;
  /** Of the requested setting. */
  readonly measured: Measurement | undefined;
}

/** Seconds of an update at the speed of a matrix product: no step is faster. */
export function secondsOf(
  { flops }: Estimate,
  gflops: number | undefined,
): number | undefined {
  return gflops === undefined ? undefined : flops / (gflops * 1e9);
}

/** Updates of a stage, and their seconds at least. */
export function timeOf(
  { config, stage, gflops }: Pick<StageReport, "config" | "stage" | "gflops">,
  estimate: Estimate,
): { readonly updates: number; readonly seconds: number | undefined } {
  const plan = planOf(config, stage);
  const updates = lengthOf(plan, config.maxSteps);
  const each = secondsOf(estimate, gflops);
  return { updates, seconds: each && each * updates };
}

/** `--json` of a stage. */
export function figuresOf(report: StageReport): unknown {
  const { config, stage, profile, choices, limits, gflops, measured } = report;
  const figures = ({ setting, estimate }: Choice) => ({
    setting,
    flags: flagsText(setting),
    ...estimate,
    secondsAtLeast: secondsOf(estimate, gflops),
    fits: fits(estimate, limits),
  });
  const chosen = figures(choices.chosen);
  return {
    preset: config.name,
    stage,
    device: profile.name,
    plan: planOf(config, stage),
    gflops,
    limits,
    measured,
    requested: figures(choices.requested),
    suggestion: chosen.fits ? chosen : null,
    ...timeOf(report, choices.chosen.estimate),
  };
}

/** Memory of a stage by purpose, and the setting that fits. */
export function stageText(report: StageReport): string {
  const { config, stage, profile, choices, gflops, measured } = report;
  const { setting, estimate } = choices.requested;
  const { width, height, frames } = planOf(config, stage);
  const clipping = config.gradientClipping === "exact"
    ? ""
    : ` --gradient-clipping ${config.gradientClipping}`;
  const onCard = profile.name !== "cpu";
  const time = timeOf(report, estimate);
  const rows: [string, string][] = [
    ["parameters", parametersText(estimate)],
    ["operations of an update", `${flopsText(estimate.flops)}FLOP`],
    ...time.seconds === undefined ? [] : [[
      "time at least",
      `${secondsText(estimate, gflops)} an update, ` +
      `${durationText(time.seconds)} for ${time.updates}, at ` +
      `${gflops!.toPrecision(3)} GFLOP/s`,
    ]] as [string, string][],
    ["", ""],
    ...itemRows(estimate.items, onCard),
    ...onCard
      ? [
        ["device", bytesText(estimate.deviceBytes)],
        ["host", bytesText(estimate.hostBytes)],
      ] as [string, string][]
      : [["peak", bytesText(peakOf(estimate))]] as [string, string][],
    ...measured ? measuredRows(estimate, measured) : [],
  ];
  const names = Math.max(...rows.map(([name]) => name.length));
  return [
    `${config.name}, ${stage}: ${flagsText(setting)}${clipping}, ` +
    `${frames}x${height}x${width}, on ${profile.name}`,
    "",
    ...rows.map(([name, text]) => `${name.padEnd(names)}  ${text}`.trimEnd()),
    "",
    ...verdict(report),
  ].join("\n");
}

function parametersText({ parameters, frozenParameters }: Estimate): string {
  const millions = (count: number) => `${(count / 1e6).toPrecision(3)} M`;
  return millions(parameters) +
    (frozenParameters > 0
      ? ` trained, ${millions(frozenParameters)} frozen`
      : "");
}

/** A line for each purpose; beside a card one for each place. */
function itemRows(
  items: readonly MemoryItem[],
  onCard: boolean,
): [string, string][] {
  const sums = new Map<string, number>();
  for (const { purpose, place, bytes } of items) {
    const name = PURPOSES[purpose] +
      (onCard && place === "host" ? " (host)" : "");
    sums.set(name, (sums.get(name) ?? 0) + bytes);
  }
  return [...sums].map(([name, bytes]) => [name, bytesText(bytes)]);
}

function measuredRows(
  estimate: Estimate,
  { peakBytes, baselineBytes, secondsPerStep }: Measurement,
): [string, string][] {
  const program = estimate.items.find(({ purpose }) => purpose === "process")!;
  const peak = peakOf(estimate);
  const rest = (peak - program.bytes) / (peakBytes - baselineBytes);
  return [
    [
      "peak, measured",
      `${bytesText(peakBytes)}; an update took ` +
      `${secondsPerStep.toPrecision(3)} s`,
    ],
    [
      "estimate / measured",
      `${(peak / peakBytes).toFixed(2)}; without the program ` +
      rest.toFixed(2),
    ],
  ];
}

function verdict({ choices, limits, gflops }: StageReport): string[] {
  const { requested, chosen } = choices;
  const doesFit = fits(chosen.estimate, limits);
  const limit = limitText(limits);
  if (chosen === requested && doesFit) return [`It fits into ${limit}.`];
  const tried = choices.tried.slice(1).map((one) => {
    const flags = `  ${flagsText(one.setting)}: `;
    if ("atLeast" in one) {
      return `${flags}more than ${memoryText(one.atLeast, limits)}`;
    }
    return flags + memoryText(one.estimate, limits) +
      (gflops === undefined
        ? ""
        : `, ${secondsText(one.estimate, gflops)} an update at least`);
  });
  return [
    doesFit
      ? `It does not fit into ${limit} as it is, but it does with ` +
        `${flagsText(chosen.setting)}:`
      : `It does not fit into ${limit} in any setting: take a smaller ` +
        "preset, or smaller clips:",
    ...tried,
  ];
}

/** The limits of memory for people. */
export function limitText({ device, host, shared }: MemoryLimits): string {
  return shared
    ? bytesText(device + host)
    : `${bytesText(device)} of the device and ${bytesText(host)} of the host`;
}

function memoryText(bytes: MemoryBytes, { shared }: MemoryLimits): string {
  return shared
    ? bytesText(peakOf(bytes))
    : `${bytesText(bytes.deviceBytes)} and ${bytesText(bytes.hostBytes)}`;
}

function peakOf({ deviceBytes, hostBytes }: MemoryBytes): number {
  return deviceBytes + hostBytes;
}

function secondsText(estimate: Estimate, gflops: number | undefined): string {
  return `${secondsOf(estimate, gflops)!.toPrecision(2)} s`;
}
