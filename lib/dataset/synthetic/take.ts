import { Rng } from "../../core/mod.ts";
import {
  type Angle,
  ANGLES,
  CAMERA_MOVES,
  type CameraMove,
  type Labels,
  type Light,
  LIGHTS,
  type Phase,
  type Weather,
  WEATHERS,
} from "../vocabulary/mod.ts";
import { type Rules, rulesOf } from "./_rules.ts";
import { planScenery, type Scenery } from "./_scenery.ts";
import { planSubjects, type Subject } from "./_subjects.ts";

/** Which clip of the synthetic world: the same name, the same clip. */
export interface TakeName {
  /** A whole number. */
  readonly seed: number;
  readonly phase: Phase;
  readonly split: "train" | "validation";
  /** A whole number from 0 up. */
  readonly index: number;
}

/** How the camera moves. */
export interface CameraPlan {
  readonly move: CameraMove;
  /** Radians, or doublings of the focal length, in a second. */
  readonly speed: number;
  /** Clockwise, and downwards from above, in radians. */
  readonly roll: number;
  readonly pitch: number;
}

/** What happens before the camera: plain data, from which all is drawn. */
export interface Take {
  readonly labels: Labels;
  readonly scenery: Scenery;
  readonly camera: CameraPlan;
  /** The most prominent first. */
  readonly subjects: readonly Subject[];
  /** Where each drop falls, and when each flash comes. */
  readonly airSeed: number;
}

/**
 * Plans a clip of the synthetic world.
 *
 * @example
 * ```ts
 * import { planTake } from "lib/dataset/synthetic/mod.ts";
 * import assert from "node:assert/strict";
 *
 * const name = { seed: 0, phase: 1, split: "train", index: 7 } as const;
 * assert.deepEqual(planTake(name), planTake(name));
 * assert.equal(planTake(name).labels.subjects.length, 1);
 * ```
 */
export function planTake({ seed, phase, split, index }: TakeName): Take {
  const rng = new Rng(seed).fork(`${split} ${phase}/${index}`);
  const rules = rulesOf(phase, rng);
  const sometimes = <T extends string>(
    share: number,
    table: Record<T, unknown>,
  ): T => {
    const [usual, ...others] = Object.keys(table) as T[];
    return rng.uniform() < share ? rng.pick(others) : usual!;
  };
  const move = sometimes<CameraMove>(rules.cameraMoves, CAMERA_MOVES);
  const angle = sometimes<Angle>(rules.angle, ANGLES);
  const weather = sometimes<Weather>(rules.weather, WEATHERS);
  const light = sometimes<Light>(rules.light, LIGHTS);
  const camera = planCamera(rng, rules, move, angle);
  const subjects = planSubjects(rng, rules);
  return {
    labels: {
      phase,
      subjects: subjects.map(({ object, motion }) => ({ object, motion })),
      camera: move,
      angle,
      weather,
      light,
    },
    scenery: planScenery(rng, rules, subjects),
    camera,
    subjects,
    airSeed: rng.integer(2 ** 31),
  };
}

function planCamera(
  rng: Rng,
  rules: Rules,
  move: CameraMove,
  angle: Angle,
): CameraPlan {
  const sign = rng.uniform() < 0.5 ? -1 : 1;
  const amount = 0.7 + 0.6 * rng.uniform();
  return {
    move,
    // The whole way takes two seconds, so half of it a second.
    speed: move.startsWith("zoom") ? 0.3 * amount : rules.cameraTurn * amount,
    roll: angle === "tilted" ? sign * (0.3 + 0.35 * rng.uniform()) : 0,
    pitch: angle === "from above" ? 0.5 + 0.25 * rng.uniform() : 0,
  };
}
