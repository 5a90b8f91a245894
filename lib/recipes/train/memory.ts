import type { Device } from "../../compiler/mod.ts";
import { InputError } from "../../core/mod.ts";
import { firstThatFits, type Setting, settingsOf } from "../estimate/fit.ts";
import { type Estimate, estimateStep } from "../estimate/memory.ts";
import type { Stage } from "./curriculum.ts";
import { modelsOf } from "./models.ts";
import type { TrainOptions } from "./options.ts";
import { planOf } from "./plan.ts";

/** What there is. */
export interface Memory {
  /** Bytes that are free. */
  readonly free: number;
  /** Bytes that this process has already. */
  readonly process: number;
}

/**
 * What the memory of stages comes to beside what is free, a line for each, from
 * shapes alone. The stage of captions takes less memory than any other and is
 * left out, and so is a device that runs no graphs.
 *
 * @throws {InputError} naming the stage that does not fit, and a setting that
 *   does if there is one
 */
export function memoryLines(
  options: TrainOptions,
  stages: readonly Stage[],
  device: Device,
  { free, process }: Memory,
): string[] {
  if (device.name === "tfjs-gpu") return [];
  const counted = stages.filter((stage) => stage !== "text");
  return counted.map((stage) => {
    const plan = planOf(options, stage);
    const estimateOf = (setting: Setting): Estimate =>
      estimateStep(modelsOf(options), stage, { ...plan, ...setting }, {
        recompute: setting.recompute,
        averages: true,
        processBytes: process,
      }, device);
    const choices = firstThatFits(
      settingsOf(stage, plan, options.recompute),
      free + process,
      estimateOf,
    );
    const [asked] = choices as [typeof choices[0]];
    const needed = asked.estimate.peakBytes;
    // What a card has free cannot be asked for.
    if (device.name !== "cpu") {
      return `memory of ${stage}: about ${gigabytes(needed)} of the device`;
    }
    if (choices.length > 1 || needed > free + process) {
      const { setting, estimate } = choices.at(-1)!;
      throw new InputError(
        `Cannot train ${stage}: its memory must be free: it takes about ` +
          `${gigabytes(needed)}, ${gigabytes(free + process)} are there; ` +
          (estimate.peakBytes <= free + process
            ? `${flagsText(setting)} takes ${gigabytes(estimate.peakBytes)}`
            : "choose a smaller preset or --size"),
      );
    }
    return `memory of ${stage}: about ${gigabytes(needed)} of ` +
      `${gigabytes(free + process)} that are there`;
  });
}

function flagsText({ batch, accumulation, recompute }: Setting): string {
  return `--batch ${batch} --accumulation ${accumulation}` +
    (recompute ? " --recompute" : "");
}

function gigabytes(bytes: number): string {
  return `${Number((bytes / 1e9).toPrecision(3))} GB`;
}
