import { Rng } from "../../core/mod.ts";
import {
  type Labels,
  MOTION_IDS,
  MOTION_KINDS,
  type MotionId,
  OBJECT_KINDS,
  type Phase,
} from "../vocabulary/mod.ts";
import { type Backdrop, planBackdrop } from "./backdrop.ts";

/** Which clip of the synthetic world: the same name, the same clip. */
export interface TakeName {
  /** A whole number. */
  readonly seed: number;
  readonly phase: Phase;
  readonly split: "train" | "validation";
  /** A whole number from 0 up. */
  readonly index: number;
}

/** One thing in the world, and how it moves. */
export interface Subject {
  /** `id` of an object kind. */
  readonly object: string;
  readonly motion: MotionId;
  /** Centre half-way through, as a share of the picture from its middle. */
  readonly x: number;
  readonly y: number;
  /** Side of its square half-way through, in shorter sides of the picture. */
  readonly size: number;
  /** Sides, turns or doublings in a second of the take's own time. */
  readonly speed: number;
}

/** What happens before the camera: plain data, from which all is drawn. */
export interface Take {
  readonly labels: Labels;
  readonly backdrop: Backdrop;
  /** The farthest first. */
  readonly subjects: readonly Subject[];
}

/** Seconds that the motions are planned for; a longer clip slows them down. */
export const PLANNED_SECONDS = 2;

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
  const subject = planSubject(rng);
  return {
    labels: {
      phase,
      subjects: [{ object: subject.object, motion: subject.motion }],
      camera: "still",
      weather: "clear",
      light: "day",
    },
    backdrop: planBackdrop(rng, [subject.object]),
    subjects: [subject],
  };
}

/** Half of the draws are shapes in colours, which a small model learns first. */
const SHARE_OF_SHAPES = 0.5;
const SHAPES = OBJECT_KINDS.filter(({ outline }) => outline !== undefined);
const PICTURES = OBJECT_KINDS.filter(({ outline }) => outline === undefined);

function planSubject(rng: Rng): Subject {
  const object = rng.pick(rng.uniform() < SHARE_OF_SHAPES ? SHAPES : PICTURES);
  const motion = rng.pick(MOTION_IDS);
  const { x, y, growth } = MOTION_KINDS[motion];
  const size = between(rng, 0.3, 0.44) * (growth === 0 ? 1 : 0.9);
  const speed = growth !== 0
    ? between(rng, 0.5, 0.7)
    : MOTION_KINDS[motion].turn !== 0
    ? between(rng, 0.16, 0.3)
    : between(rng, 0.2, 0.34);
  // Its centre keeps this far from the rim, so that all of it is seen for most of the time.
  const room = 0.5 - 0.48 * size;
  const place = (way: number): number => {
    const free = Math.max(
      0,
      room - Math.abs(way) * speed * PLANNED_SECONDS / 2,
    );
    return between(rng, -free, free);
  };
  return { object: object.id, motion, x: place(x), y: place(y), size, speed };
}

function between(rng: Rng, low: number, high: number): number {
  return low + (high - low) * rng.uniform();
}
