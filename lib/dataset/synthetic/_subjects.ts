import type { Rng } from "../../core/mod.ts";
import {
  MOTION_IDS,
  MOTION_KINDS,
  type MotionId,
  OBJECT_KINDS,
} from "../vocabulary/mod.ts";
import { between, PLANNED_SECONDS, type Rules } from "./_rules.ts";

/** One thing in the world, and how it moves. */
export interface Subject {
  /** `id` of an object kind. */
  readonly object: string;
  readonly motion: MotionId;
  /** Centre half-way through, as a share of the picture from its middle. */
  readonly x: number;
  readonly y: number;
  /** How far behind the plane z = 0; it is as much larger, and looks the same. */
  readonly depth: number;
  /** Side of its square half-way through, in shorter sides of the picture. */
  readonly size: number;
  /** Sides, turns or doublings in a second of the take's own time. */
  readonly speed: number;
  /** Turns about its upright axis, in radians per second; half-way it faces us. */
  readonly swing: number;
}

const SHAPES = OBJECT_KINDS.filter(({ outline }) => outline !== undefined);
const PICTURES = OBJECT_KINDS.filter(({ outline }) => outline === undefined);

/** Share of shapes in colours, which a small model learns first. */
const SHARE_OF_SHAPES = 0.5;
/** Places that are tried for a subject; the one with the most room is taken. */
const TRIES = 12;

/**
 * Chooses subjects of different kinds, apart from each other half-way through.
 *
 * @param rng Is moved on.
 * @returns the largest first.
 */
export function planSubjects(rng: Rng, rules: Rules): Subject[] {
  const [fewest, most] = rules.subjects;
  const count = fewest + rng.integer(most - fewest + 1);
  const chosen: Subject[] = [];
  while (chosen.length < count) {
    const kinds = rng.uniform() < SHARE_OF_SHAPES ? SHAPES : PICTURES;
    const object = rng.pick(kinds).id;
    if (chosen.some((other) => other.object === object)) continue;
    const motion = rng.pick(MOTION_IDS);
    const tries = Array.from(
      { length: chosen.length === 0 ? 1 : TRIES },
      () => place(rng, rules, object, motion, count),
    );
    const room = (one: Subject): number =>
      Math.min(...chosen.map((other) => distance(one, other)));
    chosen.push(tries.reduce((a, b) => room(b) > room(a) ? b : a));
  }
  return chosen.sort((a, b) => b.size - a.size);
}

/** Room between two subjects at the narrowest of three moments. */
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

function place(
  rng: Rng,
  rules: Rules,
  object: string,
  motion: MotionId,
  count: number,
): Subject {
  const { x, y, turn, growth } = MOTION_KINDS[motion];
  const size = between(rng, ...rules.size) * (growth === 0 ? 1 : 0.85);
  const haste = between(rng, ...rules.haste);
  const speed = growth !== 0
    ? between(rng, 0.5, 0.7) * Math.sqrt(haste)
    : turn !== 0
    ? between(rng, 0.16, 0.3) * haste
    : between(rng, 0.2, 0.34) * haste;
  // All of it is in the picture, at the least half-way through.
  const room = 0.5 - 0.48 * size;
  const along = (way: number): number => {
    const free = Math.max(
      0.04,
      room - Math.abs(way) * speed * PLANNED_SECONDS / 2,
    );
    return between(rng, -free, free);
  };
  return {
    object,
    motion,
    x: along(x),
    y: along(y),
    depth: count === 1 ? 0 : between(rng, 0, 0.5),
    size,
    speed,
    // Whoever turns or stands still does nothing else.
    swing: rng.uniform() < rules.swing && turn === 0 && motion !== "still"
      ? between(rng, 0.4, 0.8) * (rng.uniform() < 0.5 ? -1 : 1)
      : 0,
  };
}
