import { findCuts } from "./find_cuts.ts";
import type { Measure } from "./measure.ts";

/** Pictures dropped on either side of a cut, which may carry a trace of the neighbour. */
export const TRIMMED = 2;

/** Contrast below which a picture is blank: what is faded out, or a plain title. */
const BLANK_CONTRAST = 0.02;

/** A run of pictures that belong together. */
export interface Run {
  readonly kind: "shot" | "blank" | "damaged";
  /** Index of its first picture. */
  readonly first: number;
  /** Index of its last picture; before `first` if nothing is left after trimming. */
  readonly last: number;
  /** Whether another shot, a blank or damage comes before it in the file. */
  readonly startsAtCut: boolean;
  /** Whether one comes after it. */
  readonly endsAtCut: boolean;
  /** A long shot is split into parts of equal length; counted from 1. */
  readonly part: number;
  readonly parts: number;
}

/**
 * Splits a video into runs: shots between cuts, blank pictures between fades,
 * and pictures that the decoder had to guess. Two pictures are trimmed where a
 * shot meets another run, and long shots are split into equal parts, so that
 * long videos count for more and scores tell of a short time.
 *
 * @param maxSeconds A part lasts no longer.
 *
 * @example
 * ```ts
 * import { splitShots } from "lib/dataset/curate/shots/split_shots.ts";
 * import assert from "node:assert/strict";
 *
 * const measures = Array.from({ length: 30 }, (_, i) => ({
 *   seconds: i / 10, endSeconds: (i + 1) / 10, isWhole: true, brightness: 0.5, contrast: 0.2,
 *   cells: new Uint8Array(64), colours: new Uint8Array(128), hash: "0".repeat(16), change: undefined,
 * }));
 * const parts = splitShots(measures, 1.5);
 * assert.deepEqual(parts.map(({ first, last }) => [first, last]), [[0, 14], [15, 29]]);
 * ```
 */
export function splitShots(
  measures: readonly Measure[],
  maxSeconds: number,
): Run[] {
  const cuts = new Set(findCuts(measures));
  const kinds = measures.map(({ isWhole, contrast }): Run["kind"] =>
    !isWhole ? "damaged" : contrast < BLANK_CONTRAST ? "blank" : "shot"
  );
  const starts = [
    ...measures.keys().filter((i) =>
      i === 0 || kinds[i] !== kinds[i - 1] ||
      (kinds[i] === "shot" && cuts.has(i))
    ),
    measures.length,
  ];
  return starts.slice(0, -1).flatMap((start, i) => {
    const kind = kinds[start]!;
    const end = starts[i + 1]!;
    const startsAtCut = start > 0;
    const endsAtCut = end < measures.length;
    const trim = kind === "shot" ? TRIMMED : 0;
    const whole = {
      kind,
      first: start + (startsAtCut ? trim : 0),
      last: end - 1 - (endsAtCut ? trim : 0),
      startsAtCut,
      endsAtCut,
    };
    return kind === "shot"
      ? partsOf(whole, measures, maxSeconds)
      : [{ ...whole, part: 1, parts: 1 }];
  });
}

function partsOf(
  shot: Omit<Run, "part" | "parts">,
  measures: readonly Measure[],
  maxSeconds: number,
): Run[] {
  const { first, last, startsAtCut, endsAtCut } = shot;
  const seconds = last < first
    ? 0
    : measures[last]!.endSeconds - measures[first]!.seconds;
  // A rounding error must not make two parts of one.
  const parts = Math.max(1, Math.ceil(seconds / maxSeconds - 1e-6));
  if (parts === 1) return [{ ...shot, part: 1, parts }];
  const borders = Array.from({ length: parts + 1 }, (_, i) => {
    const due = measures[first]!.seconds + i * seconds / parts;
    const found = measures.findIndex((m, at) =>
      at >= first && m.seconds >= due - 1e-6
    );
    return i === parts || found === -1 || found > last ? last + 1 : found;
  });
  return borders.slice(0, -1).map((start, i) => ({
    ...shot,
    first: start,
    last: borders[i + 1]! - 1,
    startsAtCut: i === 0 && startsAtCut,
    endsAtCut: i === parts - 1 && endsAtCut,
    part: i + 1,
    parts,
  }));
}
