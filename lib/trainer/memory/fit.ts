import { type Device, deviceProfile } from "../../compiler/mod.ts";
import { bytesText, InputError } from "../../core/mod.ts";
import type { PerceptualTerm } from "../../models/vae/mod.ts";
import { planOf, type RunConfig, trainingConfigOf } from "../run/config.ts";
import type { StagePlan } from "../stages/stage_plan.ts";
import type { Stage } from "../stages/stages.ts";
import { type Estimate, estimateStep } from "./estimate.ts";

/** A way to train a stage; all settings make the same updates. */
export interface Setting {
  readonly batch: number;
  readonly accumulation: number;
  readonly recompute: boolean;
}

/** A setting and its estimate. */
export interface Choice {
  readonly setting: Setting;
  readonly estimate: Estimate;
}

/** Bytes that a training may take. */
export interface MemoryLimits {
  readonly device: number;
  readonly host: number;
  /** Whether the device's memory is the process's: the sum of both limits counts. */
  readonly shared: boolean;
}

/** Whether an estimate is within limits. */
export function fits(
  { deviceBytes, hostBytes }: Pick<Estimate, "deviceBytes" | "hostBytes">,
  { device, host, shared }: MemoryLimits,
): boolean {
  return shared
    ? deviceBytes + hostBytes <= device + host
    : deviceBytes <= device && hostBytes <= host;
}

/**
 * Settings of decreasing memory, the requested one first. The second recomputes
 * the blocks of the backbone, which costs a third more arithmetic; the following
 * ones halve the batch and double the accumulation.
 */
export function settingsOf(
  stage: Stage,
  { batch, accumulation }: Pick<StagePlan, "batch" | "accumulation">,
  recompute: boolean,
): Setting[] {
  const requested = { batch, accumulation, recompute };
  const settings: Setting[] = [requested];
  const hasBlocks = stage !== "vae";
  if (hasBlocks && !recompute) settings.push({ ...requested, recompute: true });
  for (let n = 2; n <= batch; n *= 2) {
    if (batch % n !== 0) break;
    settings.push({
      batch: batch / n,
      accumulation: accumulation * n,
      recompute: recompute || hasBlocks,
    });
  }
  return settings;
}

/**
 * Estimates settings until one fits.
 *
 * @returns the estimated settings, in order; if any fits, it is the last.
 */
export function firstThatFits(
  settings: readonly Setting[],
  limits: MemoryLimits,
  estimateOf: (setting: Setting) => Estimate,
): Choice[] {
  const choices: Choice[] = [];
  for (const setting of settings) {
    const estimate = estimateOf(setting);
    choices.push({ setting, estimate });
    if (fits(estimate, limits)) break;
  }
  return choices;
}

/** Memory of the machine. */
export interface Memory {
  /** Bytes that are free. */
  readonly free: number;
  /** Bytes in use by this process. */
  readonly process: number;
}

/**
 * Compares the estimated memory of stages with the available memory, a line for
 * each. A device that runs no graphs has no estimate.
 *
 * @throws {InputError} naming the stage that does not fit, and a setting that
 *   fits, if any
 */
export async function memoryLines(
  config: RunConfig,
  stages: readonly Stage[],
  { name }: Pick<Device, "name">,
  { free, process }: Memory,
  perceptual?: PerceptualTerm,
): Promise<string[]> {
  if (name === "tfjs-gpu") return [];
  const profile = await deviceProfile(name);
  const available = free + process;
  const shared = name === "cpu";
  const limits: MemoryLimits = {
    device: shared ? 0 : Infinity, // the free memory of a card is unknown
    host: available,
    shared,
  };
  return stages.map((stage) => {
    const plan = planOf(config, stage);
    const estimateOf = (setting: Setting): Estimate =>
      estimateStep(config.models, stage, { ...plan, ...setting }, {
        recompute: setting.recompute,
        perceptual,
        training: trainingConfigOf(config, stage, plan),
        processBytes: process,
      }, profile);
    const choices = firstThatFits(
      settingsOf(stage, plan, config.recompute),
      limits,
      estimateOf,
    );
    const needed = neededBytes(choices[0]!.estimate, limits);
    const { setting, estimate } = choices.at(-1)!;
    const doesFit = fits(estimate, limits);
    if (choices.length > 1 || !doesFit) {
      throw new InputError(
        `Cannot train ${stage}: not enough memory: needs ` +
          `${bytesText(needed)}, ${bytesText(available)} available; ` +
          (doesFit
            ? `${flagsText(setting)} takes ${
              bytesText(neededBytes(estimate, limits))
            }`
            : "choose a smaller preset or --size"),
      );
    }
    return `memory of ${stage}: about ${bytesText(needed)} of ` +
      `${bytesText(available)} available` +
      (shared
        ? ""
        : `, and ${bytesText(choices[0]!.estimate.deviceBytes)} of the device`);
  });
}

/** Bytes of the process. */
function neededBytes(
  { deviceBytes, hostBytes }: Estimate,
  { shared }: MemoryLimits,
): number {
  return hostBytes + (shared ? deviceBytes : 0);
}

/** A setting as the flags of training. */
export function flagsText(
  { batch, accumulation, recompute }: Setting,
): string {
  return `--batch ${batch} --accumulation ${accumulation}` +
    (recompute ? " --recompute" : "");
}
