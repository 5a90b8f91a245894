import type { Device } from "../../compiler/mod.ts";
import { bytesText } from "../../core/mod.ts";
import { InputError } from "../../core/mod.ts";
import { planOf, type RunConfig } from "../run/config.ts";
import type { Stage } from "../stages/stages.ts";
import { type Estimate, estimateStep } from "./estimate.ts";
import { firstThatFits, type Setting, settingsOf } from "./fit.ts";

/** Memory of the machine. */
export interface Memory {
  /** Bytes that are free. */
  readonly free: number;
  /** Bytes that this process has already. */
  readonly process: number;
}

/**
 * Compares the estimated memory of stages with the available memory, a line for
 * each. The text stage takes the least of all and is left out; a device that
 * runs no graphs has no estimate.
 *
 * @throws {InputError} naming the stage that does not fit, and a setting that
 *   does if there is one
 */
export function memoryLines(
  config: RunConfig,
  stages: readonly Stage[],
  device: Device,
  { free, process }: Memory,
): string[] {
  if (device.name === "tfjs-gpu") return [];
  const counted = stages.filter((stage) => stage !== "text");
  return counted.map((stage) => {
    const plan = planOf(config, stage);
    const estimateOf = (setting: Setting): Estimate =>
      estimateStep(config.models, stage, { ...plan, ...setting }, {
        recompute: setting.recompute,
        averages: true,
        processBytes: process,
      }, device);
    const choices = firstThatFits(
      settingsOf(stage, plan, config.recompute),
      free + process,
      estimateOf,
    );
    const [asked] = choices as [typeof choices[0]];
    const needed = asked.estimate.peakBytes;
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
