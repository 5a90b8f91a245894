import { Rng } from "../../core/mod.ts";
import type { Light } from "../vocabulary/mod.ts";
import type { Frame } from "./_paint.ts";

/** How bright a frame is. */
export interface Shine {
  /** Factors on red, green and blue. */
  readonly gain: readonly [number, number, number];
  /** A lit disc in pixels, where things are as bright as by day. */
  readonly spot?: {
    readonly x: number;
    readonly y: number;
    readonly r: number;
  };
}

const DAY: Shine = { gain: [1, 1, 1] };
const NIGHT = [0.36, 0.4, 0.62] as const;
const DAWN = [0.5, 0.36, 0.42] as const;
const MORNING = [1.08, 0.92, 0.76] as const;
const DARK = [0.3, 0.3, 0.36] as const;
const FLASH = [1.15, 1.15, 1.25] as const;

/** Flashes in a clip, and how fast one fades, per share of the clip. */
const FLASHES = 3;
const FADING = 14;
/** Of the spotlight, in shorter sides. */
const RADIUS = 0.32;

/**
 * The light at a moment.
 *
 * @param moment Share of the clip that has passed, in [0,1].
 * @param seed Names the times of flashes.
 * @param lit Where the spotlight points: the first subject, in pixels.
 */
export function shineAt(
  light: Light,
  moment: number,
  seed: number,
  lit: { readonly x: number; readonly y: number },
  short: number,
): Shine {
  switch (light) {
    case "day":
      return DAY;
    case "night":
      return { gain: NIGHT };
    case "sunrise":
      return { gain: mix(DAWN, MORNING, moment) };
    case "lightning": {
      const rng = new Rng(seed).fork("flashes");
      let bright = 0;
      for (let i = 0; i < FLASHES; i++) {
        // One in each third, so that none is missed.
        const since = moment - (i + 0.7 * rng.uniform()) / FLASHES;
        if (since >= 0) bright = Math.max(bright, Math.exp(-FADING * since));
      }
      return { gain: mix(NIGHT, FLASH, bright) };
    }
    case "spotlight":
      return { gain: DARK, spot: { ...lit, r: RADIUS * short } };
  }
}

function mix(
  a: readonly [number, number, number],
  b: readonly [number, number, number],
  share: number,
): [number, number, number] {
  return [
    a[0] + (b[0] - a[0]) * share,
    a[1] + (b[1] - a[1]) * share,
    a[2] + (b[2] - a[2]) * share,
  ];
}

/** Lights a frame in place; its values stay in [0,1]. */
export function applyShine(
  { width, height, data }: Frame,
  { gain, spot }: Shine,
): void {
  const [red, green, blue] = gain;
  if (red === 1 && green === 1 && blue === 1) return;
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const at = (y * width + x) * 3;
      const lit = spot === undefined ? 0 : litShare(spot, x + 0.5, y + 0.5);
      data[at] = Math.min(1, data[at]! * (red + (1 - red) * lit));
      data[at + 1] = Math.min(1, data[at + 1]! * (green + (1 - green) * lit));
      data[at + 2] = Math.min(1, data[at + 2]! * (blue + (1 - blue) * lit));
    }
  }
}

/** 1 in the disc, 0 outside, and a soft rim. */
function litShare(
  { x, y, r }: NonNullable<Shine["spot"]>,
  px: number,
  py: number,
): number {
  const distance = Math.hypot(px - x, py - y) / r;
  return Math.min(1, Math.max(0, (1.15 - distance) / 0.3));
}
