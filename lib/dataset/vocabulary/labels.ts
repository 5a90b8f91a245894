import type { MotionId } from "./motions.ts";

/** The stages of the training, from one subject before a still camera to all. */
export const PHASES = [1, 2, 3, 4, 5] as const;

/** A stage of the training. */
export type Phase = typeof PHASES[number];

/** What the camera does, with the emoji whose names in CLDR say it. */
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

/** What falls or hangs in the air. */
export const WEATHERS = {
  clear: { emoji: [] },
  rain: { emoji: ["🌧"] },
  snow: { emoji: ["🌨"] },
  fog: { emoji: ["🌁"] },
} as const satisfies Record<string, { readonly emoji: readonly string[] }>;

/** The name of a weather. */
export type Weather = keyof typeof WEATHERS;

/** Where the light comes from, and how it changes. */
export const LIGHTS = {
  day: { emoji: [] },
  night: { emoji: ["🌙"] },
  sunrise: { emoji: ["🌅"] },
  lightning: { emoji: ["🌩"] },
  spotlight: { emoji: ["🔦"] },
} as const satisfies Record<string, { readonly emoji: readonly string[] }>;

/** The name of a light. */
export type Light = keyof typeof LIGHTS;

/** From where the camera looks. */
export const ANGLES = {
  level: { emoji: [] },
  tilted: { emoji: ["📐"] },
  "from above": { emoji: ["🗺"] },
} as const satisfies Record<string, { readonly emoji: readonly string[] }>;

/** The name of an angle. */
export type Angle = keyof typeof ANGLES;

/** One thing that is seen, and what it does. */
export interface SubjectLabel {
  /** `id` of an object kind: "red circle", "cat". */
  readonly object: string;
  readonly motion: MotionId;
}

/** What a clip shows: exactly what a caption may say. */
export interface Labels {
  readonly phase: Phase;
  /** The most prominent first; at least one. */
  readonly subjects: readonly SubjectLabel[];
  readonly camera: CameraMove;
  readonly angle: Angle;
  readonly weather: Weather;
  readonly light: Light;
}
