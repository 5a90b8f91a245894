import type { Rng } from "../../core/mod.ts";
import type { Phase } from "../vocabulary/mod.ts";

/** Seconds that the motions are planned for; a longer clip slows them down. */
export const PLANNED_SECONDS = 2;

/** What takes of a phase are made of; shares are chances, in [0,1]. */
export interface Rules {
  /** Fewest and most subjects. */
  readonly subjects: readonly [number, number];
  /** Side of a subject, in shorter sides of the picture. */
  readonly size: readonly [number, number];
  /** Factor on the speed of motions. */
  readonly haste: readonly [number, number];
  /** Share in which the camera moves, and how far it turns, in radians. */
  readonly cameraMoves: number;
  readonly cameraTurn: number;
  /** Share with land and sky instead of a wall. */
  readonly land: number;
  /** Share with something that stands in the way. */
  readonly occluder: number;
  /** Share of subjects that turn like a door, and are seen in perspective. */
  readonly swing: number;
  /** Shares with an unusual angle, with weather, with a light that changes. */
  readonly angle: number;
  readonly weather: number;
  readonly light: number;
}

const CALM: Rules = {
  subjects: [1, 1],
  size: [0.3, 0.44],
  haste: [1, 1],
  cameraMoves: 0,
  cameraTurn: 0,
  land: 0,
  occluder: 0,
  swing: 0,
  angle: 0,
  weather: 0,
  light: 0,
};

/** The phases of the training, each harder than the one before. */
const RULES: Readonly<Record<Exclude<Phase, 5>, Rules>> = {
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
    haste: [1.6, 2.4],
    cameraMoves: 0.7,
    cameraTurn: 0.2,
    land: 0.6,
    occluder: 0.5,
    swing: 0.5,
  },
  4: {
    ...CALM,
    subjects: [1, 2],
    size: [0.28, 0.42],
    haste: [1, 1.4],
    cameraMoves: 0.5,
    cameraTurn: 0.15,
    land: 0.6,
    swing: 0.3,
    angle: 0.6,
    weather: 0.6,
    light: 0.6,
  },
};

/**
 * The rules of a phase. Those of phase 5 are drawn anew for each take, each
 * from one of the other phases: anything may meet anything.
 *
 * @param rng Is moved on in phase 5.
 */
export function rulesOf(phase: Phase, rng: Rng): Rules {
  if (phase !== 5) return RULES[phase];
  const phases = [1, 2, 3, 4] as const;
  const names = Object.keys(CALM) as (keyof Rules)[];
  return Object.fromEntries(
    names.map((name) => [name, RULES[rng.pick(phases)][name]]),
  ) as unknown as Rules;
}

/** A number between two, each as likely as another. */
export function between(rng: Rng, low: number, high: number): number {
  return low + (high - low) * rng.uniform();
}
