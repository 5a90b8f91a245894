import type { Device } from "../../compiler/mod.ts";
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

/**
 * Settings of decreasing memory, the requested one first. The second recomputes
 * the blocks of the backbone, which costs a third more arithmetic; the following
 * ones halve the batch and double the accumulation.
 */
export function settingsOf(
  stage: Stage,
  { batch, accumulation }: StagePlan,
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
  limitBytes: number,
  estimateOf: (setting: Setting) => Estimate,
): Choice[] {
  const choices: Choice[] = [];
  for (const setting of settings) {
    const estimate = estimateOf(setting);
    choices.push({ setting, estimate });
    if (estimate.peakBytes <= limitBytes) break;
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
 * each. The text stage needs the least and is omitted; a device that runs no
 * graphs has no estimate.
 *
 * @throws {InputError} naming the stage that does not fit, and a setting that
 *   fits, if any
 */
export function memoryLines(
  config: RunConfig,
  stages: readonly Stage[],
  device: Device,
  { free, process }: Memory,
  perceptual?: PerceptualTerm,
): string[] {
  if (device.name === "tfjs-gpu") return [];
  const counted = stages.filter((stage) => stage !== "text");
  return counted.map((stage) => {
    const plan = planOf(config, stage);
    const estimateOf = (setting: Setting): Estimate =>
      estimateStep(config.models, stage, { ...plan, ...setting }, {
        recompute: setting.recompute,
        perceptual,
        averages: true,
        processBytes: process,
        optimiser: trainingConfigOf(config, stage, plan).optimiser,
      }, device);
    const choices = firstThatFits(
      settingsOf(stage, plan, config.recompute),
      free + process,
      estimateOf,
    );
    const needed = choices[0]!.estimate.peakBytes;
    // The free memory of a card is unknown.
    if (device.name !== "cpu") {
      return `memory of ${stage}: about ${bytesText(needed)} of the device`;
    }
    if (choices.length > 1 || needed > free + process) {
      const { setting, estimate } = choices.at(-1)!;
      throw new InputError(
        `Cannot train ${stage}: not enough memory: needs ` +
          `${bytesText(needed)}, ${bytesText(free + process)} available; ` +
          (estimate.peakBytes <= free + process
            ? `${flagsText(setting)} takes ${bytesText(estimate.peakBytes)}`
            : "choose a smaller preset or --size"),
      );
    }
    return `memory of ${stage}: about ${bytesText(needed)} of ` +
      `${bytesText(free + process)} available`;
  });
}

function flagsText({ batch, accumulation, recompute }: Setting): string {
  return `--batch ${batch} --accumulation ${accumulation}` +
    (recompute ? " --recompute" : "");
}
