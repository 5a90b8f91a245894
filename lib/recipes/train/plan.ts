import {
  ADAMW_DEFAULTS,
  type LrMultipliers,
  MUON_DEFAULTS,
  scheduleOf,
  type StagePlan,
  type TrainingConfig,
} from "../../trainer/mod.ts";
import { phaseOf, type Stage, stagePlan } from "./curriculum.ts";
import type { TrainOptions } from "./options.ts";

/** Largest common norm of the gradients. */
const CLIP_NORM = 1;

/** The curriculum's plan with what the user puts in its place. */
export function planOf(options: TrainOptions, stage: Stage): StagePlan {
  const plan = Object.fromEntries(
    Object.entries(stagePlan(options.preset, stage)).map(([name, value]) =>
      [name, options[name as keyof StagePlan] ?? value] as const
    ),
  ) as StagePlan;
  // No more clips than a limited number of updates will see.
  const seen = (options.maxSteps ?? Infinity) * plan.batch * plan.accumulation;
  return { ...plan, samples: Math.min(plan.samples, seen) };
}

/**
 * What AdamW moves of a backbone's memory moves its tokens by as many weights
 * as the text is wide, and nothing normalises them; Muon moves it as a whole.
 */
const PROMPT_MLP_RATE = 0.1;

/**
 * Factors on the learning rates of parts of a stage's models. The shortcuts of
 * a VAE begin as the best that straight lines can do, and stay that.
 */
function lrMultipliersOf(
  stage: Stage,
  { freezeEncoder, textLrScale, optimiser }: TrainOptions,
): LrMultipliers {
  if (phaseOf(stage) !== undefined) {
    const mlp = optimiser === "adamw" && {
      "backbone/promptMlp": PROMPT_MLP_RATE,
    };
    return { text: textLrScale, ...mlp };
  }
  if (stage !== "vae") return {};
  return {
    "encoder/shortcut": 0,
    "decoder/shortcut": 0,
    ...(freezeEncoder !== undefined && { encoder: 0, klWeightLogit: 0 }),
  };
}

/** How the plan of a stage is trained. */
export function trainingConfigOf(
  stage: Stage,
  plan: StagePlan,
  options: TrainOptions,
): TrainingConfig {
  const adamW = {
    ...ADAMW_DEFAULTS,
    lrMultipliers: lrMultipliersOf(stage, options),
  };
  return {
    schedule: scheduleOf(plan, options.maxSteps),
    optimiser: options.optimiser === "muon"
      ? { ...MUON_DEFAULTS, adamW }
      : adamW,
    clipNorm: CLIP_NORM,
    accumulation: plan.accumulation,
    averages: true,
  };
}
