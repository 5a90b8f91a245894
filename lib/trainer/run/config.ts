import type { DeviceChoice } from "../../compiler/mod.ts";
import type { ModelConfig } from "../../models/text_to_video/mod.ts";
import type { TrainingConfig } from "../loop/train.ts";
import {
  ADAMW_DEFAULTS,
  type LrMultipliers,
  MUON_DEFAULTS,
} from "../optimiser/mod.ts";
import { scheduleOf, type StagePlan } from "../stages/stage_plan.ts";
import type { Stage } from "../stages/stages.ts";

/** A run as plain data: flags checked, presets resolved. */
export interface RunConfig {
  /** Name of the models, for titles. */
  readonly name: string;
  readonly models: ModelConfig;
  readonly plans: Readonly<Record<Stage, StagePlan>>;
  /** Folder of the run. */
  readonly run: string;
  readonly device: DeviceChoice;
  /** Manifest or folder of ingested video, mixed with the synthetic world. */
  readonly data?: string;
  /** BCP 47 tags with commas, or `all`. */
  readonly languages: string;
  /** Weights of a VAE in place of the run's own. */
  readonly vae?: string;
  /** Weights of a VAE whose decoder is trained; its encoder is frozen. */
  readonly freezeEncoder?: string;
  /** Folder of trained models to start from. */
  readonly finetune?: string;
  /** The first phase of the run, 1 to 5. */
  readonly startPhase: number;
  /** `previous`: each phase starts from the one before. */
  readonly from: "previous" | "scratch";
  /** Starts this phase and all later ones again. */
  readonly resumePhase?: number;
  /** Updates of each stage at most. */
  readonly maxSteps?: number;
  readonly optimiser: "adamw" | "muon";
  /** Fraction of a phase's synthetic clips that come from earlier phases. */
  readonly replayFraction: number;
  /** Factor on the learning rate of the text encoder in the phases. */
  readonly textLrScale: number;
  /** Recomputes the backbone's blocks in the backward pass. */
  readonly recompute: boolean;
  readonly seed: number;
  /** Updates between evaluations. */
  readonly evaluateEvery: number;
  /** Held-out clips. */
  readonly heldOut: number;
  /** Seconds between checkpoints. */
  readonly saveEvery: number;
  /** Newest checkpoints that are kept. */
  readonly keepLast: number;
  /** Checkpoints after every so many updates are kept; 0 for none. */
  readonly keepEvery: number;
  /** Snapshots of the EMAs in each stage. */
  readonly snapshots: number;
  /** Checks everything with a few updates in a folder of their own. */
  readonly dryRun: boolean;
  /** JSON file of alerts. */
  readonly alerts?: string;
  /** Threads that decode real video; 0 decodes on the main thread. */
  readonly workers: number;
  /** Hours after which the run stops, saved. */
  readonly hours?: number;
}

/** The plan of a stage, with no more clips than a limited run will see. */
export function planOf(
  { plans, maxSteps = Infinity }: Pick<RunConfig, "plans" | "maxSteps">,
  stage: Stage,
): StagePlan {
  const plan = plans[stage];
  const seen = maxSteps * plan.batch * plan.accumulation;
  return { ...plan, samples: Math.min(plan.samples, seen) };
}

/** How a stage is trained by its plan. */
export function trainingConfigOf(
  config: RunConfig,
  stage: Stage,
  plan: StagePlan,
): TrainingConfig {
  const adamW = {
    ...ADAMW_DEFAULTS,
    lrMultipliers: lrMultipliersOf(config, stage),
  };
  return {
    schedule: scheduleOf(plan, config.maxSteps),
    optimiser: config.optimiser === "muon"
      ? { ...MUON_DEFAULTS, adamW }
      : adamW,
    clipNorm: 1,
    accumulation: plan.accumulation,
    averages: true,
  };
}

function lrMultipliersOf(
  { optimiser, textLrScale, freezeEncoder }: RunConfig,
  stage: Stage,
): LrMultipliers {
  if (stage === "text") return {};
  if (stage === "vae") {
    return {
      // Principal components are the best linear codec, and stay.
      "encoder/shortcut": 0,
      "decoder/shortcut": 0,
      ...(freezeEncoder !== undefined && { encoder: 0, klWeightLogit: 0 }),
    };
  }
  return {
    text: textLrScale,
    // Nothing normalises the tokens of this layer, and AdamW moves each of them
    // by as many weights as the text is wide; Muon moves the matrix as a whole.
    ...(optimiser === "adamw" && { "backbone/promptMlp": 0.1 }),
  };
}
