import type { Rng } from "../../core/mod.ts";
import type { Phase } from "../vocabulary/mod.ts";

/** Duration of a scene; longer clips slow it down. */
export const SCENE_SECONDS = 2;

/** The distribution of scenes of a phase; probabilities are in [0,1]. */
export interface PhaseRules {
  /** Smallest and largest number of subjects. */
  readonly subjects: readonly [number, number];
  /** Side of a subject, shorter sides of the frame. */
  readonly size: readonly [number, number];
  /** Factor on the speed of motions. */
  readonly speedFactor: readonly [number, number];
  /** Probability of a moving camera. */
  readonly cameraMoves: number;
  /** Rotation of a moving camera, radians per second. */
  readonly cameraTurn: number;
  /** Probability of land and sky instead of a wall. */
  readonly land: number;
  /** Probability of an occluding post. */
  readonly occluder: number;
  /** Probability of a subject that rotates about its vertical axis. */
  readonly yaw: number;
  /** Probabilities of unusual angles, of weather, and of other light than day. */
  readonly angle: number;
  readonly weather: number;
  readonly light: number;
}

const CALM: PhaseRules = {
  subjects: [1, 1],
  size: [0.3, 0.44],
  speedFactor: [1, 1],
  cameraMoves: 0,
  cameraTurn: 0,
  land: 0,
  occluder: 0,
  yaw: 0,
  angle: 0,
  weather: 0,
  light: 0,
};

const RULES: Readonly<Record<Exclude<Phase, 5>, PhaseRules>> = {
  1: CALM,
  2: {
    ...CALM,
    subjects: [2, 3],
    size: [0.24, 0.34],
    cameraMoves: 0.7,
    cameraTurn: 0.09,
    land: 0.2,
  },
  3: {
    ...CALM,
    subjects: [1, 3],
    size: [0.26, 0.38],
    speedFactor: [1.6, 2.4],
    cameraMoves: 0.7,
    cameraTurn: 0.2,
    land: 0.6,
    occluder: 0.5,
    yaw: 0.5,
  },
  4: {
    ...CALM,
    subjects: [1, 2],
    size: [0.28, 0.42],
    speedFactor: [1, 1.4],
    cameraMoves: 0.5,
    cameraTurn: 0.15,
    land: 0.6,
    yaw: 0.3,
    angle: 0.6,
    weather: 0.6,
    light: 0.6,
  },
};

/**
 * The rules of a phase. In phase 5, each rule of each scene is the one of a random
 * other phase.
 *
 * @param rng Is advanced in phase 5, once per rule in the order of the fields.
 */
export function phaseRules(phase: Phase, rng: Rng): PhaseRules {
  if (phase !== 5) return RULES[phase];
  const phases = [1, 2, 3, 4] as const;
  const names = Object.keys(CALM) as (keyof PhaseRules)[];
  return Object.fromEntries(
    names.map((name) => [name, RULES[rng.pick(phases)][name]]),
  ) as unknown as PhaseRules;
}

/** A uniform random number in [low, high). */
export function uniformBetween(rng: Rng, low: number, high: number): number {
  return low + (high - low) * rng.uniform();
}
