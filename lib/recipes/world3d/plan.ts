import type { World3dConfig } from "../../evaluation/world3d/mod.ts";
import {
  CAMERA_MOVES,
  MOTION_IDS,
  OBJECT_KINDS,
  PAINTS,
  type Phase,
} from "../../dataset/vocabulary/mod.ts";
import { ADAMW_DEFAULTS, type TrainingConfig } from "../../trainer/mod.ts";

/** One stage of the training. */
export interface World3dStage {
  /** Clips, or pictures, in a step. */
  readonly batch: number;
  readonly training: TrainingConfig;
  /** How often they come from each phase; the shares sum to 1. */
  readonly phases: readonly (readonly [phase: Phase, share: number])[];
}

/** How the network is trained, as plain data. */
export interface World3dPlan {
  readonly network: World3dConfig;
  /**
   * The path of appearance learns from single pictures: one costs a fifth of a
   * clip, and hundreds of objects take many.
   */
  readonly appearance: World3dStage;
  /** The path of motion learns from clips. */
  readonly motion: World3dStage;
  readonly seed: number;
}

/** The network that is shipped. */
export const WORLD3D: World3dConfig = {
  frames: 16,
  size: 64,
  fps: 8,
  // The middle frame: several are recognised no better by what learns from one.
  stills: 1,
  still: [64, 128, 192],
  motion: [32, 96, 160],
  features: [128, 64],
  classes: {
    object: OBJECT_KINDS.map(({ id }) => id),
    colour: Object.keys(PAINTS),
    motion: [...MOTION_IDS],
    camera: Object.keys(CAMERA_MOVES),
  },
};

/** A number for each stage. */
export interface ByStage {
  readonly appearance: number;
  readonly motion: number;
}

/** The plan of a training of so many steps. */
export function world3dPlan(
  steps: ByStage,
  network: World3dConfig = WORLD3D,
  batch: ByStage = { appearance: 128, motion: 32 },
): World3dPlan {
  return {
    network,
    appearance: {
      batch: batch.appearance,
      training: trainingOf(steps.appearance, 2e-3),
      phases: [[1, 1]],
    },
    motion: {
      batch: batch.motion,
      training: trainingOf(steps.motion, 2e-3),
      // The camera moves from phase 2 on.
      phases: [[1, 0.7], [2, 0.12], [3, 0.06], [4, 0.06], [5, 0.06]],
    },
    seed: 1,
  };
}

function trainingOf(totalSteps: number, peak: number): TrainingConfig {
  return {
    schedule: {
      peak,
      warmupSteps: Math.round(totalSteps / 30),
      totalSteps,
      floor: peak / 200,
    },
    optimiser: ADAMW_DEFAULTS,
    clipNorm: 1,
  };
}
