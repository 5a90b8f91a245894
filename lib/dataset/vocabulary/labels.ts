import type { MotionId } from "./motions.ts";

/** The phases of the curriculum, from one subject and a still camera to all. */
export const PHASES = [1, 2, 3, 4, 5] as const;

/** A phase of the curriculum. */
export type Phase = typeof PHASES[number];

/** Camera moves, with the emoji whose CLDR names denote them. */
export const CAMERA_MOVES = {
  still: { emoji: [] },
  "pan right": { emoji: ["🎥", "➡"] },
  "pan left": { emoji: ["🎥", "⬅"] },
  "tilt up": { emoji: ["🎥", "⬆"] },
  "tilt down": { emoji: ["🎥", "⬇"] },
  "zoom in": { emoji: ["🎥", "➕"] },
  "zoom out": { emoji: ["🎥", "➖"] },
} as const satisfies Record<string, { readonly emoji: readonly string[] }>;

/** The name of a camera move. */
export type CameraMove = keyof typeof CAMERA_MOVES;

/** Weather. */
export const WEATHERS = {
  clear: { emoji: [] },
  rain: { emoji: ["🌧"] },
  snow: { emoji: ["🌨"] },
  fog: { emoji: ["🌁"] },
} as const satisfies Record<string, { readonly emoji: readonly string[] }>;

/** The name of a weather. */
export type Weather = keyof typeof WEATHERS;

/** Lighting. */
export const LIGHTS = {
  day: { emoji: [] },
  night: { emoji: ["🌙"] },
  sunrise: { emoji: ["🌅"] },
  lightning: { emoji: ["🌩"] },
  spotlight: { emoji: ["🔦"] },
} as const satisfies Record<string, { readonly emoji: readonly string[] }>;

/** The name of a light. */
export type Light = keyof typeof LIGHTS;

/** Camera angles. */
export const ANGLES = {
  level: { emoji: [] },
  tilted: { emoji: ["📐"] },
  "from above": { emoji: ["🗺"] },
} as const satisfies Record<string, { readonly emoji: readonly string[] }>;

/** The name of an angle. */
export type Angle = keyof typeof ANGLES;

/** An object and its motion. */
export interface SubjectLabel {
  /** `id` of an object kind: "red circle", "cat". */
  readonly object: string;
  readonly motion: MotionId;
}

/** The content of a clip, which captions describe. */
export interface Labels {
  readonly phase: Phase;
  /** The most prominent first; at least one. */
  readonly subjects: readonly SubjectLabel[];
  readonly camera: CameraMove;
  readonly angle: Angle;
  readonly weather: Weather;
  readonly light: Light;
}
