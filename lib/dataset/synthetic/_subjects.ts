import type { Rng } from "../../core/mod.ts";
import {
  MOTION_IDS,
  MOTION_KINDS,
  type MotionId,
  OBJECT_KINDS,
} from "../vocabulary/mod.ts";
import {
  type PhaseRules,
  SCENE_SECONDS,
  uniformBetween,
} from "./_phase_rules.ts";

/** A moving object. Position and size are those in the middle of the scene. */
export interface Subject {
  /** `id` of an object kind. */
  readonly object: string;
  readonly motion: MotionId;
  /** Offset of the centre from the centre of the frame, in widths of the frame. */
  readonly x: number;
  /** The same in heights of the frame, downwards. */
  readonly y: number;
  /** Distance behind the plane z = 0, which does not change the apparent size. */
  readonly depth: number;
  /** Side of its square, shorter sides of the frame. */
  readonly size: number;
  /** Shorter sides of the frame, turns, or doublings of size per second. */
  readonly speed: number;
  /** Rotation about its vertical axis, radians per second. */
  readonly yawRate: number;
}

const SHAPES = OBJECT_KINDS.filter(({ outline }) => outline !== undefined);
const EMOJI = OBJECT_KINDS.filter(({ outline }) => outline === undefined);

/** Probability of a coloured shape, which small models learn first. */
const SHAPE_PROBABILITY = 0.5;
/** Candidates for the place of a subject, of which the least crowded is chosen. */
const CANDIDATES = 12;

/**
 * Samples subjects of different kinds with space between them.
 *
 * @param rng Is advanced.
 * @returns The largest first.
 */
export function sampleSubjects(rng: Rng, rules: PhaseRules): Subject[] {
  const [fewest, most] = rules.subjects;
  const count = fewest + rng.integer(most - fewest + 1);
  const chosen: Subject[] = [];
  while (chosen.length < count) {
    const kinds = rng.uniform() < SHAPE_PROBABILITY ? SHAPES : EMOJI;
    const object = rng.pick(kinds).id;
    if (chosen.some((other) => other.object === object)) continue;
    const motion = rng.pick(MOTION_IDS);
    const candidates = Array.from(
      { length: chosen.length === 0 ? 1 : CANDIDATES },
      () => sampleSubject(rng, rules, object, motion, count),
    );
    const space = (subject: Subject): number =>
      Math.min(...chosen.map((other) => distance(subject, other)));
    chosen.push(candidates.reduce((a, b) => space(b) > space(a) ? b : a));
  }
  return chosen.sort((a, b) => b.size - a.size);
}

/** Smallest gap between two subjects at three times of the scene. */
function distance(a: Subject, b: Subject): number {
  return Math.min(
    ...[-1, 0, 1].map((time) => {
      const [ka, kb] = [MOTION_KINDS[a.motion], MOTION_KINDS[b.motion]];
      return Math.hypot(
        a.x + ka.x * a.speed * time - b.x - kb.x * b.speed * time,
        a.y + ka.y * a.speed * time - b.y - kb.y * b.speed * time,
      ) - (a.size + b.size) / 2;
    }),
  );
}

function sampleSubject(
  rng: Rng,
  rules: PhaseRules,
  object: string,
  motion: MotionId,
  count: number,
): Subject {
  const { x, y, turn, growth } = MOTION_KINDS[motion];
  const size = uniformBetween(rng, ...rules.size) * (growth === 0 ? 1 : 0.85);
  const factor = uniformBetween(rng, ...rules.speedFactor);
  const speed = growth !== 0
    ? uniformBetween(rng, 0.5, 0.7) * Math.sqrt(factor)
    : turn !== 0
    ? uniformBetween(rng, 0.16, 0.3) * factor
    : uniformBetween(rng, 0.2, 0.34) * factor;
  // The whole subject is in the frame in the middle of the scene.
  const room = 0.5 - 0.48 * size;
  const along = (way: number): number => {
    const free = Math.max(
      0.04,
      room - Math.abs(way) * speed * SCENE_SECONDS / 2,
    );
    return uniformBetween(rng, -free, free);
  };
  return {
    object,
    motion,
    x: along(x),
    y: along(y),
    depth: count === 1 ? 0 : uniformBetween(rng, 0, 0.5),
    size,
    speed,
    // Subjects that rotate or stand still have no other motion.
    yawRate: rng.uniform() < rules.yaw && turn === 0 && motion !== "still"
      ? uniformBetween(rng, 0.4, 0.8) * (rng.uniform() < 0.5 ? -1 : 1)
      : 0,
  };
}
