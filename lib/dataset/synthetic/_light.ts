import { Rng } from "../../core/mod.ts";
import type { Light } from "../vocabulary/mod.ts";
import type { Frame } from "./_compositing.ts";

/** The lighting of one frame. */
export interface Lighting {
  /** Factors on red, green and blue. */
  readonly gain: readonly [number, number, number];
  /** A disc at the brightness of day, pixels. */
  readonly spot?: {
    readonly x: number;
    readonly y: number;
    readonly r: number;
  };
}

const DAY: Lighting = { gain: [1, 1, 1] };
const NIGHT = [0.36, 0.4, 0.62] as const;
const DAWN = [0.5, 0.36, 0.42] as const;
const MORNING = [1.08, 0.92, 0.76] as const;
const DARK = [0.3, 0.3, 0.36] as const;
const FLASH = [1.15, 1.15, 1.25] as const;

/** Flashes per clip. */
const FLASHES = 3;
/** Rate of decay of a flash, per clip. */
const DECAY = 14;
/** Radius of the spotlight, shorter sides of the frame. */
const RADIUS = 0.32;

/**
 * The lighting at a time.
 *
 * @param time Share of the clip, in [0,1].
 * @param seed Of the times of flashes.
 * @param target Centre of the spotlight, pixels.
 * @param shorter Shorter side of the frame, pixels.
 */
export function lightingAt(
  light: Light,
  time: number,
  seed: number,
  target: { readonly x: number; readonly y: number },
  shorter: number,
): Lighting {
  switch (light) {
    case "day":
      return DAY;
    case "night":
      return { gain: NIGHT };
    case "sunrise":
      return { gain: mix(DAWN, MORNING, time) };
    case "lightning": {
      const rng = new Rng(seed).fork("flashes");
      let bright = 0;
      for (let i = 0; i < FLASHES; i++) {
        // One in each third of the clip.
        const since = time - (i + 0.7 * rng.uniform()) / FLASHES;
        if (since >= 0) bright = Math.max(bright, Math.exp(-DECAY * since));
      }
      return { gain: mix(NIGHT, FLASH, bright) };
    }
    case "spotlight":
      return { gain: DARK, spot: { ...target, r: RADIUS * shorter } };
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

/** Multiplies a frame by its lighting, in place, clamped to [0,1]. */
export function applyLighting(
  { width, height, data }: Frame,
  { gain, spot }: Lighting,
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

/** 1 in the disc, 0 outside, with a soft edge. */
function litShare(
  { x, y, r }: NonNullable<Lighting["spot"]>,
  px: number,
  py: number,
): number {
  const distance = Math.hypot(px - x, py - y) / r;
  return Math.min(1, Math.max(0, (1.15 - distance) / 0.3));
}
