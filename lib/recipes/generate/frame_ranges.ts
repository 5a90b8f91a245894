import { InputError } from "../../core/mod.ts";

/** Frames that follow each other, counted from 0. */
export interface FrameRange {
  readonly first: number;
  readonly last: number;
}

/**
 * Reads the frames that stay: `0-3,12-15` to two ranges, in their order; ranges
 * that touch are one.
 *
 * @param frames Of the clip; some must be left.
 * @param time Frames of a latent frame: ranges hold whole ones.
 * @throws {InputError} naming the range that breaks a rule
 */
export function readRanges(
  text: string,
  frames: number,
  time: number,
): FrameRange[] {
  const ranges = text.split(",").map((part) => rangeOf(part, frames, time))
    .sort((a, b) => a.first - b.first);
  const joined: FrameRange[] = [];
  for (const { first, last } of ranges) {
    const before = joined.at(-1);
    if (before && first <= before.last + 1) {
      joined[joined.length - 1] = {
        first: before.first,
        last: Math.max(before.last, last),
      };
    } else joined.push({ first, last });
  }
  if (joined[0]!.first === 0 && joined[0]!.last === frames - 1) {
    throw new InputError(
      `Cannot use --keep: some frames must be left to draw: "${text}" keeps ` +
        `all ${frames}`,
    );
  }
  return joined;
}

function rangeOf(part: string, frames: number, time: number): FrameRange {
  const [, from, to = from] = /^\s*(\d{1,6})(?:-(\d{1,6}))?\s*$/.exec(part) ??
    [];
  const [first, last] = [Number(from), Number(to)];
  if (!(first <= last)) {
    throw new InputError(
      "Cannot use --keep: it must be ranges of frames with commas between, " +
        `such as 0-3,12-15: one is "${part}"`,
    );
  }
  if (last >= frames) {
    throw new InputError(
      `Cannot use --keep: the frames of the videos are 0 to ${frames - 1}: ` +
        `one range is "${part}"; pass --frames for longer videos`,
    );
  }
  if (first % time === 0 && (last + 1) % time === 0) return { first, last };
  const start = Math.floor(first / time) * time;
  const end = Math.ceil((last + 1) / time) * time - 1;
  throw new InputError(
    `Cannot use --keep: a range must be whole latent frames, ${time} frames ` +
      `each: one is "${part}"; keep ${start}-${end}`,
  );
}
