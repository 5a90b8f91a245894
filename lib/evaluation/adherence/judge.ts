import { CHANNELS, type Clip } from "../../core/mod.ts";
import { countSubjects } from "./count_subjects.ts";
import { type Track, trackSubject } from "./track.ts";

/** The eight directions in the picture, clockwise from the right. */
const DIRECTIONS = [
  "right",
  "down-right",
  "down",
  "down-left",
  "left",
  "up-left",
  "up",
  "up-right",
] as const;

/** A direction; `in place` where the subject does not move along a line. */
export type Direction = typeof DIRECTIONS[number] | "in place";

/** Colours by name, as CSS hexadecimal: `#dc1e28`. */
export type Palette = Readonly<Record<string, string>>;

/** Direction, colour and number of the subjects of a clip. */
export interface GeometricJudgement {
  readonly direction: Direction;
  /** The name of the palette to which most of its pixels are nearest; null if it stays, as it then looks like its background. */
  readonly colour: string | null;
  /** Number of subjects; null if nothing moves along a line. */
  readonly subjects: number | null;
}

/**
 * Judges a clip with one subject before a background that stays by geometry and
 * colour, without any model.
 *
 * @param palette Colours of the subject to choose from.
 */
export function judgeByGeometry(
  clip: Clip,
  palette: Palette,
): GeometricJudgement {
  const track = trackSubject(clip);
  const direction = directionOf(track);
  if (!track.moves) return { direction, colour: null, subjects: null };
  const names = namesOf(clip, track.contrast, palette);
  const colour = mostFrequent(names);
  const subject = inItsColour(clip, names, colour);
  return { direction, colour, subjects: countSubjects(clip, subject) };
}

function directionOf({ moves, velocity: [x, y] }: Track): Direction {
  if (!moves) return "in place";
  const eighth = Math.round(Math.atan2(y, x) / (Math.PI / 4));
  return DIRECTIONS[(eighth + DIRECTIONS.length) % DIRECTIONS.length]!;
}

/** Shading of a colour: shades this much darker, or lighter where it is dark, count as it. */
const SHADE = 0.22;

/** The name to which each pixel of the subject is nearest, `[T,H,W]`; undefined elsewhere. */
function namesOf(
  { data }: Clip,
  contrast: Float32Array,
  palette: Palette,
): (string | undefined)[] {
  const shades = Object.entries(palette).flatMap(([name, hex]) => {
    const rgb = rgbOf(hex);
    const dark = rgb.every((x) => x < SHADE);
    const shaded = rgb.map((x) => dark ? x + SHADE * (1 - x) : x * (1 - SHADE));
    return [rgb, shaded].map((colour) => ({ name, lab: labOf(colour) }));
  });
  return Array.from(contrast, (value, i) => {
    if (value === 0) return undefined;
    const lab = labOf([...data.subarray(i * CHANNELS, (i + 1) * CHANNELS)]);
    let best: { name?: string; distance: number } = { distance: Infinity };
    for (const { name, lab: shade } of shades) {
      const distance = Math.hypot(...shade.map((x, k) => x - lab[k]!));
      if (distance < best.distance) best = { name, distance };
    }
    return best.name;
  });
}

/** Largest distance in L*a*b* from the mean colour of the subject. */
const SAME_COLOUR = 15;

/**
 * The pixels of the subject, 1 each, `[T,H,W]`: those that differ from the
 * background and have its colour, and those of very nearly its mean colour, which
 * the estimate of the background may contain where the subject is slow.
 */
function inItsColour(
  { data }: Clip,
  names: readonly (string | undefined)[],
  colour: string | null,
): Uint8Array {
  const labAt = (i: number): number[] =>
    labOf([...data.subarray(i * CHANNELS, (i + 1) * CHANNELS)]);
  const mean = [0, 0, 0];
  let count = 0;
  for (const [i, name] of names.entries()) {
    if (name !== colour) continue;
    count++;
    for (const [k, x] of labAt(i).entries()) mean[k]! += (x - mean[k]!) / count;
  }
  return Uint8Array.from(names, (name, i) =>
    Number(
      name === colour ||
        Math.hypot(...labAt(i).map((x, k) => x - mean[k]!)) < SAME_COLOUR,
    ));
}

/** The most frequent name; null if there is none. */
function mostFrequent(names: readonly (string | undefined)[]): string | null {
  const votes = new Map<string, number>();
  for (const name of names) {
    if (name !== undefined) votes.set(name, (votes.get(name) ?? 0) + 1);
  }
  const ranked = [...votes].sort(([, a], [, b]) => b - a);
  return ranked[0]?.[0] ?? null;
}

/** `#dc1e28` -> red, green, blue in [0,1]. */
function rgbOf(hex: string): number[] {
  return [1, 3, 5].map((at) => parseInt(hex.slice(at, at + 2), 16) / 255);
}

/** sRGB in [0,1] to CIE L*a*b*, D65 (CIE 15:2004). */
function labOf(rgb: readonly number[]): number[] {
  const [r, g, b] = rgb.map((x) =>
    x <= 0.04045 ? x / 12.92 : ((x + 0.055) / 1.055) ** 2.4
  ) as [number, number, number];
  const [x = 0, y = 0, z = 0] = [
    (0.4124 * r + 0.3576 * g + 0.1805 * b) / 0.9505,
    0.2126 * r + 0.7152 * g + 0.0722 * b,
    (0.0193 * r + 0.1192 * g + 0.9505 * b) / 1.089,
  ].map((v) => v > 0.008856 ? Math.cbrt(v) : 7.787 * v + 16 / 116);
  return [116 * y - 16, 500 * (x - y), 200 * (y - z)];
}
