import type { World3dConfig } from "../../evaluation/world3d/mod.ts";
import {
  CAMERA_MOVES,
  MOTION_IDS,
  OBJECT_KINDS,
  PAINTS,
  type Phase,
} from "../../dataset/vocabulary/mod.ts";
import { ADAMW_DEFAULTS, type TrainingConfig } from "../../trainer/mod.ts";

/** How the network is trained, as plain data. */
export interface World3dPlan {
  readonly network: World3dConfig;
  /** Clips in a step. */
  readonly batch: number;
  readonly training: TrainingConfig;
  /** How often clips come from each phase; the shares sum to 1. */
  readonly phases: readonly (readonly [phase: Phase, share: number])[];
  /** Frames whose appearance a training step looks at: fewer than in use. */
  readonly stills: number;
  readonly seed: number;
}

/** The network that is shipped. */
export const WORLD3D: World3dConfig = {
  frames: 16,
  size: 64,
  fps: 8,
  stills: 4,
  still: [64, 128, 192],
  motion: [32, 96, 160],
  features: 128,
  classes: {
    object: OBJECT_KINDS.map(({ id }) => id),
    colour: Object.keys(PAINTS),
    motion: [...MOTION_IDS],
    camera: Object.keys(CAMERA_MOVES),
  },
};

/** The plan of a training of so many steps. */
export function world3dPlan(
  totalSteps: number,
  network: World3dConfig = WORLD3D,
  batch = 32,
): World3dPlan {
  const peak = 1.5e-3;
  return {
    network,
    batch,
    training: {
      schedule: {
        peak,
        warmupSteps: Math.round(totalSteps / 30),
        totalSteps,
        floor: peak / 200,
      },
      optimiser: ADAMW_DEFAULTS,
      clipNorm: 1,
    },
    phases: [[1, 1]],
    stills: 2,
    seed: 1,
  };
}
