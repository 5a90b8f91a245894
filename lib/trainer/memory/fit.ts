import {
  type Device,
  type DeviceProfile,
  profileOfChoice,
} from "../../compiler/mod.ts";
import { bytesText, InputError } from "../../core/mod.ts";
import type { PerceptualTerm } from "../../models/vae/mod.ts";
import type { OptimiserName } from "../optimiser/mod.ts";
import {
  ownLossOf,
  planOf,
  type RunConfig,
  type Setting,
  trainingConfigOf,
} from "../run/config.ts";
import type { StagePlan } from "../stages/stage_plan.ts";
import type { Stage } from "../stages/stages.ts";
import { cropSize } from "../stages/random_crop.ts";
import {
  type Estimate,
  type MemoryBytes,
  outlineStep,
  type StepOutline,
} from "./estimate.ts";
import { StepCosts } from "./step_costs.ts";

/** A setting and its estimate. */
export interface Choice {
  readonly setting: Setting;
  readonly estimate: Estimate;
}

/** A setting that takes too much before its programs are counted. */
export interface RuledOut {
  readonly setting: Setting;
  /** A lower bound of its memory. */
  readonly atLeast: MemoryBytes;
}

/** The settings that were compared with limits. */
export interface Choices {
  /** The first setting. */
  readonly requested: Choice;
  /** The first setting that fits; the last one if none does. */
  readonly chosen: Choice;
  /** All of them, in order, from `requested` to `chosen`. */
  readonly tried: readonly (Choice | RuledOut)[];
}

/** Bytes that a training may take. */
export interface MemoryLimits {
  readonly device: number;
  readonly host: number;
  /** Whether the device's memory is the process's: the sum of both limits counts. */
  readonly shared: boolean;
}

/** Share of a card's memory for the system and its driver: an eighth, 1 GB of 8. */
const RESERVED = 1 / 8;

/**
 * The limits of a device.
 *
 * @param bytes Memory of the card, or of the process on the CPU.
 * @param hostBytes Memory of the process beside a card.
 */
export function limitsOf(
  name: DeviceProfile["name"],
  bytes: number,
  hostBytes: number,
): MemoryLimits {
  const shared = name === "cpu";
  return shared
    ? { device: bytes, host: 0, shared }
    : { device: bytes * (1 - RESERVED), host: hostBytes, shared };
}

/** Whether an estimate is within limits. */
export function fits(
  { deviceBytes, hostBytes }: MemoryBytes,
  { device, host, shared }: MemoryLimits,
): boolean {
  return shared
    ? deviceBytes + hostBytes <= device + host
    : deviceBytes <= device && hostBytes <= host;
}

/**
 * Settings of mostly decreasing memory, the requested one first. On a card EMAs
 * and tables of embeddings move to the host and the update becomes one of a few
 * layers at a time, which hardly cost time; then blocks are recomputed, a third
 * more arithmetic; then the batch is halved and the accumulation doubled; then the
 * sums of gradients move to the host, where every microbatch sends its own; then a
 * VAE trains on crops. The last settings do the same with an optimiser of smaller
 * state.
 *
 * Ranks that share the state keep their own part of it where it is. Where the
 * norm of the update before clips gradients, no setting sums them.
 *
 * @param shared Whether the device computes in the memory of the host, where
 *   moving and dividing the state saves nothing.
 */
export function settingsOf(
  config: RunConfig,
  stage: Stage,
  shared: boolean,
): Setting[] {
  const { batch, accumulation, width, height, frames } = planOf(config, stage);
  const { recompute, averages, update, embeddings, gradientSums, optimiser } =
    config;
  const isFused = config.gradientClipping === "previous";
  const crop = stage === "vae" ? config.crop : undefined;
  const requested: Setting = {
    batch,
    accumulation,
    recompute,
    averages,
    update,
    embeddings,
    gradientSums,
    optimiser,
    ...(crop && { crop }),
  };
  // Fused updates keep no gradients, neither of layers nor of rows.
  const small: Setting = shared || config.shardOptimiser
    ? requested
    : isFused
    ? { ...requested, averages: "host" }
    : {
      ...requested,
      averages: "host",
      update: "layers",
      embeddings: stage === "vae" || config.lora ? embeddings : "host",
    };
  const settings: Setting[] = [
    requested,
    small,
    { ...small, recompute: true },
  ];
  for (let n = 2; !isFused && n <= batch && batch % n === 0; n *= 2) {
    settings.push({
      ...small,
      recompute: true,
      batch: batch / n,
      accumulation: accumulation * n,
    });
  }
  const smallest = settings.at(-1)!;
  if (small !== requested && smallest.accumulation > 1) {
    settings.push({ ...smallest, gradientSums: "host" });
  }
  // The largest crop first.
  for (const side of stage === "vae" && !crop ? CROPS : []) {
    const last = settings.at(-1)!;
    if (side >= Math.min(width, height)) continue;
    settings.push({ ...last, crop: { width: side, height: side, frames } });
  }
  const others = SMALL_STATE.slice(SMALL_STATE.indexOf(optimiser) + 1);
  const all = [
    ...settings,
    ...others.flatMap((optimiser) =>
      settings.slice(1).map((setting) => ({ ...setting, optimiser }))
    ),
  ];
  const seen = new Set<string>();
  return all.filter((setting) => {
    const key = JSON.stringify(setting);
    return !seen.has(key) && seen.add(key);
  });
}

/** Sides of the crops on which a VAE may train, pixels. */
const CROPS = [192, 128, 96] as const;

/** Optimisers by the size of their state, that of the quality first. */
const SMALL_STATE: readonly OptimiserName[] = ["muon-adafactor", "adafactor"];

/**
 * Estimates settings until one fits. A setting whose lower bound is beyond the
 * limits is not estimated, unless it is the first or the last.
 *
 * @param settings At least one.
 */
export function firstThatFits(
  settings: readonly Setting[],
  limits: MemoryLimits,
  outlineOf: (setting: Setting) => StepOutline,
): Choices {
  const tried: (Choice | RuledOut)[] = [];
  let requested: Choice | undefined;
  for (const [place, setting] of settings.entries()) {
    const outline = outlineOf(setting);
    const isLast = place === settings.length - 1;
    if (requested && !isLast && !fits(outline.atLeast, limits)) {
      tried.push({ setting, atLeast: outline.atLeast });
      continue;
    }
    const chosen = { setting, estimate: outline.estimate() };
    requested ??= chosen;
    tried.push(chosen);
    if (isLast || fits(chosen.estimate, limits)) {
      return { requested, chosen, tried };
    }
  }
  throw new RangeError("Cannot choose a setting: there must be at least one");
}

/** Estimates the settings of a stage until one fits. */
export function choicesFor(
  config: RunConfig,
  stage: Stage,
  limits: MemoryLimits,
  profile: DeviceProfile,
  context: EstimateContext,
): Choices {
  return firstThatFits(
    settingsOf(config, stage, limits.shared),
    limits,
    (setting) => outlineSetting(config, stage, setting, profile, context),
  );
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
  configOf: (stage: Stage) => RunConfig,
  stages: readonly Stage[],
  { name }: Pick<Device, "name">,
  { free, process }: Memory,
  perceptual?: PerceptualTerm,
): Promise<string[]> {
  const profile = await profileOfChoice(name);
  if (!profile) return [];
  const available = free + process;
  const shared = name === "cpu";
  const costs = new StepCosts();
  const limits: MemoryLimits = {
    device: shared ? 0 : Infinity, // the free memory of a card is unknown
    host: available,
    shared,
  };
  return stages.map((stage) => {
    const config = configOf(stage);
    const { requested, chosen } = choicesFor(config, stage, limits, profile, {
      processBytes: process,
      perceptual,
      costs,
    });
    const needed = neededBytes(requested.estimate, limits);
    const { setting, estimate } = chosen;
    const doesFit = fits(estimate, limits);
    if (chosen !== requested || !doesFit) {
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
      (shared ? "" : `, and ${bytesText(estimate.deviceBytes)} of the device`);
  });
}

/** What an estimate depends on beside the run. */
export interface EstimateContext {
  /** Memory of the process with the device open. */
  readonly processBytes: number;
  readonly perceptual?: PerceptualTerm | undefined;
  /** What is known of the programs of the run. */
  readonly costs: StepCosts;
}

/** The plan of a stage in a setting, with the clips that a step sees. */
export function stepPlan(
  config: RunConfig,
  stage: Stage,
  { batch, accumulation, crop }: Pick<
    Setting,
    "batch" | "accumulation" | "crop"
  >,
): StagePlan {
  const whole = planOf(config, stage);
  return {
    ...whole,
    ...(stage === "vae" && cropSize(whole, crop)),
    batch,
    accumulation,
  };
}

/** The step of a stage of a run in a setting. */
function outlineSetting(
  config: RunConfig,
  stage: Stage,
  setting: Setting,
  profile: DeviceProfile,
  { costs, ...context }: EstimateContext,
): StepOutline {
  const { batch: _, accumulation: _a, crop: _c, ...rest } = setting;
  const plan = stepPlan(config, stage, setting);
  const training = trainingConfigOf({ ...config, ...rest }, stage, plan);
  return outlineStep(config.models, stage, plan, {
    ...context,
    recompute: setting.recompute,
    temporal: config.temporal,
    own: ownLossOf(config),
    lora: config.lora,
    training,
    momentsOf: (make) => costs.momentsOf(stage, setting, make),
    costOf: (program, compute) =>
      costs.of(stage, setting, training.optimiser, program, compute),
  }, profile);
}

/** Bytes of the process. */
function neededBytes(
  { deviceBytes, hostBytes }: Estimate,
  { shared }: MemoryLimits,
): number {
  return hostBytes + (shared ? deviceBytes : 0);
}

/** A setting as the flags of training, those of a fast training left out. */
export function flagsText(
  {
    batch,
    accumulation,
    recompute,
    averages,
    update,
    embeddings,
    gradientSums,
    optimiser,
    crop,
  }: Setting,
): string {
  return [
    `--batch ${batch} --accumulation ${accumulation}`,
    ...recompute ? ["--recompute"] : [],
    ...optimiser === "adamw" ? [] : [`--optimiser ${optimiser}`],
    ...averages === "device" ? [] : [`--averages ${averages}`],
    ...update === "whole" ? [] : [`--update ${update}`],
    ...embeddings === "device" ? [] : [`--embeddings ${embeddings}`],
    ...gradientSums === "device" ? [] : [`--gradient-sums ${gradientSums}`],
    ...crop ? [`--crop ${crop.width}x${crop.height}x${crop.frames}`] : [],
  ].join(" ");
}
