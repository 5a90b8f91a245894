import { findCuts } from "./find_cuts.ts";
import type { FrameStats } from "./frame_stats.ts";

/** Frames dropped on each side of a cut: compression blends neighbours. */
const TRIMMED = 2;

/** Contrast below which a frame is blank: faded out, or a plain title. */
const BLANK_CONTRAST = 0.02;

/** The frames of a shot, or blank or damaged frames between shots. */
export interface FrameRange {
  readonly kind: "shot" | "blank" | "damaged";
  /** Index of the first frame. */
  readonly first: number;
  /** Index of the last frame; less than `first` if trimming leaves none. */
  readonly last: number;
  /** Whether it is not the first of the file. */
  readonly startsAtCut: boolean;
  /** Whether it is not the last of the file. */
  readonly endsAtCut: boolean;
  /** From 1: long shots are split into parts of equal length. */
  readonly part: number;
  readonly parts: number;
}

/**
 * Splits a video into shots, blank frames between fades, and damaged frames.
 * Two frames are trimmed at each cut, and long shots are split into equal parts,
 * so that long videos yield more rows and scores describe a short time.
 *
 * @param maxSeconds Longest part.
 */
export function splitShots(
  frames: readonly FrameStats[],
  maxSeconds: number,
): FrameRange[] {
  const cuts = new Set(findCuts(frames));
  const kinds = frames.map(({ isIntact, contrast }): FrameRange["kind"] =>
    !isIntact ? "damaged" : contrast < BLANK_CONTRAST ? "blank" : "shot"
  );
  const starts = [
    ...frames.keys().filter((i) =>
      i === 0 || kinds[i] !== kinds[i - 1] ||
      (kinds[i] === "shot" && cuts.has(i))
    ),
    frames.length,
  ];
  return starts.slice(0, -1).flatMap((start, i) => {
    const kind = kinds[start]!;
    const end = starts[i + 1]!;
    const startsAtCut = start > 0;
    const endsAtCut = end < frames.length;
    const trim = kind === "shot" ? TRIMMED : 0;
    const whole = {
      kind,
      first: start + (startsAtCut ? trim : 0),
      last: end - 1 - (endsAtCut ? trim : 0),
      startsAtCut,
      endsAtCut,
    };
    return kind === "shot"
      ? partsOf(whole, frames, maxSeconds)
      : [{ ...whole, part: 1, parts: 1 }];
  });
}

function partsOf(
  shot: Omit<FrameRange, "part" | "parts">,
  frames: readonly FrameStats[],
  maxSeconds: number,
): FrameRange[] {
  const { first, last, startsAtCut, endsAtCut } = shot;
  const seconds = last < first
    ? 0
    : frames[last]!.endSeconds - frames[first]!.seconds;
  // A rounding error must not add a part.
  const parts = Math.max(1, Math.ceil(seconds / maxSeconds - 1e-6));
  if (parts === 1) return [{ ...shot, part: 1, parts }];
  const borders = Array.from({ length: parts + 1 }, (_, i) => {
    const due = frames[first]!.seconds + i * seconds / parts;
    const found = frames.findIndex((frame, at) =>
      at >= first && frame.seconds >= due - 1e-6
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
