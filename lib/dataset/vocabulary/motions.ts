/** A motion relative to the camera. */
export interface MotionKind {
  /** Direction in the frame: x to the right, y down, length 0 or 1. */
  readonly x: number;
  readonly y: number;
  /** Rotation: 1 clockwise, -1 counter-clockwise, 0 none. */
  readonly turn: number;
  /** 1 for exponential growth, 0 for constant size. */
  readonly growth: number;
  /** The emoji whose CLDR name denotes it. */
  readonly emoji: string;
}

const DIAGONAL = Math.SQRT1_2;
const STAYS = { x: 0, y: 0, turn: 0, growth: 0 };

/**
 * Motions of subjects. CLDR names arrows, not motions: an arrow denotes its
 * direction, a plus growth, a pause button standing still.
 */
export const MOTION_KINDS = {
  right: { ...STAYS, x: 1, emoji: "➡" },
  left: { ...STAYS, x: -1, emoji: "⬅" },
  up: { ...STAYS, y: -1, emoji: "⬆" },
  down: { ...STAYS, y: 1, emoji: "⬇" },
  "up-right": { ...STAYS, x: DIAGONAL, y: -DIAGONAL, emoji: "↗" },
  "down-right": { ...STAYS, x: DIAGONAL, y: DIAGONAL, emoji: "↘" },
  "down-left": { ...STAYS, x: -DIAGONAL, y: DIAGONAL, emoji: "↙" },
  "up-left": { ...STAYS, x: -DIAGONAL, y: -DIAGONAL, emoji: "↖" },
  clockwise: { ...STAYS, turn: 1, emoji: "🔃" },
  "counter-clockwise": { ...STAYS, turn: -1, emoji: "🔄" },
  growing: { ...STAYS, growth: 1, emoji: "➕" },
  still: { ...STAYS, emoji: "⏸" },
} as const satisfies Record<string, MotionKind>;

/** The name of a motion. */
export type MotionId = keyof typeof MOTION_KINDS;

/** The names of all motions. */
export const MOTION_IDS = Object.keys(MOTION_KINDS) as readonly MotionId[];
