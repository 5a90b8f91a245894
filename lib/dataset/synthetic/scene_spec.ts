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
import { type PhaseRules, phaseRules } from "./_phase_rules.ts";
import { sampleScenery, type Scenery } from "./_scenery.ts";
import { sampleSubjects, type Subject } from "./_subjects.ts";

/** Identifies a scene: equal keys have equal scenes. */
export interface SceneKey {
  /** A whole number. */
  readonly seed: number;
  readonly phase: Phase;
  readonly split: "train" | "validation";
  /** A whole number from 0 up. */
  readonly index: number;
}

/** The motion of the camera. */
export interface CameraMotion {
  readonly move: CameraMove;
  /** Radians per second; for zoom, doublings of the focal length per second. */
  readonly speed: number;
  /** Clockwise, radians. */
  readonly roll: number;
  /** Downwards from above, radians. */
  readonly pitch: number;
}

/** Everything in a scene, as plain data. */
export interface SceneSpec {
  readonly labels: Labels;
  readonly scenery: Scenery;
  readonly camera: CameraMotion;
  /** The largest first. */
  readonly subjects: readonly Subject[];
  /** Seed of the positions of drops and flakes and of the times of flashes. */
  readonly effectsSeed: number;
}

/**
 * Samples the scene of a key.
 *
 * @example
 * ```ts
 * import { sceneSpec } from "lib/dataset/synthetic/mod.ts";
 * import assert from "node:assert/strict";
 *
 * const key = { seed: 0, phase: 1, split: "train", index: 7 } as const;
 * assert.deepEqual(sceneSpec(key), sceneSpec(key));
 * assert.equal(sceneSpec(key).labels.subjects.length, 1);
 * ```
 */
export function sceneSpec({ seed, phase, split, index }: SceneKey): SceneSpec {
  const rng = new Rng(seed).fork(`${split} ${phase}/${index}`);
  const rules = phaseRules(phase, rng);
  const sometimes = <T extends string>(
    probability: number,
    table: Record<T, unknown>,
  ): T => {
    const [usual, ...others] = Object.keys(table) as T[];
    return rng.uniform() < probability ? rng.pick(others) : usual!;
  };
  const move = sometimes<CameraMove>(rules.cameraMoves, CAMERA_MOVES);
  const angle = sometimes<Angle>(rules.angle, ANGLES);
  const weather = sometimes<Weather>(rules.weather, WEATHERS);
  const light = sometimes<Light>(rules.light, LIGHTS);
  const camera = sampleCamera(rng, rules, move, angle);
  const subjects = sampleSubjects(rng, rules);
  return {
    labels: {
      phase,
      subjects: subjects.map(({ object, motion }) => ({ object, motion })),
      camera: move,
      angle,
      weather,
      light,
    },
    scenery: sampleScenery(rng, rules, subjects),
    camera,
    subjects,
    effectsSeed: rng.integer(2 ** 31),
  };
}

function sampleCamera(
  rng: Rng,
  rules: PhaseRules,
  move: CameraMove,
  angle: Angle,
): CameraMotion {
  const sign = rng.uniform() < 0.5 ? -1 : 1;
  const amount = 0.7 + 0.6 * rng.uniform();
  return {
    move,
    speed: move.startsWith("zoom") ? 0.3 * amount : rules.cameraTurn * amount,
    roll: angle === "tilted" ? sign * (0.3 + 0.35 * rng.uniform()) : 0,
    pitch: angle === "from above" ? 0.5 + 0.25 * rng.uniform() : 0,
  };
}
