import { Rng } from "lib/core/mod.ts";

/** What can be seen. */
export const SHAPES = ["circle", "square", "triangle", "star"] as const;
export type Shape = typeof SHAPES[number];

/** Colours of the shapes, as CSS colours; each is easily told from the others. */
export const COLOURS = {
  red: "#e02828",
  orange: "#ff8c1a",
  yellow: "#ffe02e",
  green: "#28b43c",
  blue: "#2850e6",
  purple: "#9632c8",
  pink: "#ff78b4",
  white: "#fafafa",
} as const;
export type Colour = keyof typeof COLOURS;

/**
 * What a shape does: its velocity, in shorter sides of the picture per second
 * (x to the right, y down), and how many times its size doubles in a second.
 */
export const MOTIONS = {
  right: { x: 1, y: 0, growth: 0, phrase: "moves right" },
  left: { x: -1, y: 0, growth: 0, phrase: "moves left" },
  up: { x: 0, y: -1, growth: 0, phrase: "moves up" },
  down: { x: 0, y: 1, growth: 0, phrase: "moves down" },
  growing: { x: 0, y: 0, growth: 1, phrase: "grows" },
  shrinking: { x: 0, y: 0, growth: -1, phrase: "shrinks" },
  still: { x: 0, y: 0, growth: 0, phrase: "stays still" },
} as const;
export type Motion = keyof typeof MOTIONS;

/** Soft vertical gradients, from top to bottom, as CSS colours. */
export const BACKGROUNDS = {
  dusk: ["#2a2d4a", "#6a5470"],
  fog: ["#c4cbd2", "#8f9aa5"],
  meadow: ["#a9cbd8", "#7d9a78"],
  sand: ["#d9d2c0", "#a8957c"],
  sea: ["#9fc4cf", "#3f6a80"],
  sunset: ["#3b2c5e", "#b0526a", "#f2a65e"],
} as const;
export type Background = keyof typeof BACKGROUNDS;

/** Where one shape of any colour stands out: an orange one is lost in a sunset. */
const PLAIN_BACKGROUNDS: readonly Background[] = [
  "dusk",
  "fog",
  "meadow",
  "sand",
  "sea",
];

/** One moving shape. */
export interface Actor {
  readonly shape: Shape;
  readonly colour: Colour;
  readonly motion: Motion;
  /** Centre half-way through the clip, as a fraction of the width, from the left. */
  readonly x: number;
  /** Centre half-way through the clip, as a fraction of the height, from the top. */
  readonly y: number;
  /** Diameter half-way through the clip, as a fraction of the shorter side. */
  readonly size: number;
  /** Factor on the motion's own velocity and growth. */
  readonly speed: number;
}

/** A picture that moves: plain data, drawn by `renderClip`. */
export interface Scene {
  readonly background: Background;
  /** Later ones are drawn in front. */
  readonly actors: readonly Actor[];
}

/**
 * Draws a scene with one shape at random.
 *
 * @param rng Is moved on.
 *
 * @example
 * ```ts
 * import { Rng } from "lib/core/mod.ts";
 * import { sampleScene } from "lib/dataset/synthetic/mod.ts";
 * import assert from "node:assert/strict";
 *
 * assert.deepEqual(sampleScene(new Rng(7)), sampleScene(new Rng(7)));
 * ```
 */
export function sampleScene(rng: Rng): Scene {
  const between = (low: number, high: number): number =>
    low + (high - low) * rng.uniform();
  return {
    background: rng.pick(PLAIN_BACKGROUNDS),
    actors: [{
      shape: rng.pick(SHAPES),
      colour: rng.pick(namesOf(COLOURS)),
      motion: rng.pick(namesOf(MOTIONS)),
      x: between(0.35, 0.65),
      y: between(0.35, 0.65),
      size: between(0.28, 0.42),
      speed: between(0.2, 0.35),
    }],
  };
}

/**
 * The scene of a place in the endless row that a seed names: the same on every
 * machine, in any order.
 *
 * @param seed A whole number.
 * @param index A whole number from 0 up.
 *
 * @example
 * ```ts
 * import { sceneAt } from "lib/dataset/synthetic/mod.ts";
 * import assert from "node:assert/strict";
 *
 * assert.deepEqual(sceneAt(1, 5), sceneAt(1, 5));
 * assert.notDeepEqual(sceneAt(1, 5), sceneAt(1, 6));
 * ```
 */
export function sceneAt(seed: number, index: number): Scene {
  return sampleScene(new Rng(seed).fork(`scene ${index}`));
}

/**
 * Says in English what a scene shows.
 *
 * @example
 * ```ts
 * import { captionOf } from "lib/dataset/synthetic/mod.ts";
 * import assert from "node:assert/strict";
 *
 * const actor = { shape: "circle", colour: "red", motion: "right", x: 0.5, y: 0.5, size: 0.3, speed: 0.3 } as const;
 * assert.equal(captionOf({ background: "sea", actors: [actor] }), "a red circle moves right");
 * ```
 */
export function captionOf({ actors }: Scene): string {
  return actors.map(({ shape, colour, motion }) =>
    `${/^[aeiou]/.test(colour) ? "an" : "a"} ${colour} ${shape} ${
      MOTIONS[motion].phrase
    }`
  ).join(" and ");
}

function namesOf<T extends object>(table: T): readonly (keyof T & string)[] {
  return Object.keys(table) as (keyof T & string)[];
}
