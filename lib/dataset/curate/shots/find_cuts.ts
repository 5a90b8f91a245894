import { hammingDistance } from "../scores/perceptual_hash.ts";
import type { FrameChange, FrameStats } from "./frame_stats.ts";

/** Smallest unmatched share of a cut: a split screen may cut in one half. */
const MIN_UNMATCHED = 0.3;
/** Smallest recoloured share of a cut between plain frames. */
const MIN_RECOLOURED = 0.6;
/** Smallest ratio to the median of the frames around. */
const ABOVE_NEIGHBOURS = 3;
/** Share that is a cut whatever the frames around. */
const CERTAIN_CUT = 0.85;
/** Frames on each side that are compared. */
const NEIGHBOURS = 5;

/** Longest flash of light, frames. */
const FLASH_FRAMES = 4;
/** Largest distance between the hashes before and after a flash, bits. */
const SAME_VIEW = 10;

/**
 * Finds hard cuts: frames of which a large share has no match in the previous
 * frame. Motion is compensated, so fast action and pans are no cuts; patches are
 * compared up to brightness, so changes of light are none. Cuts between plain
 * frames show in the colour. Two cuts within four frames that return to the same
 * view are a flash.
 *
 * @returns Ascending indices of the first frame of each new shot.
 */
export function findCuts(
  frames: readonly {
    readonly hash: string;
    readonly change: Pick<FrameChange, "unmatched" | "recoloured"> | undefined;
  }[],
): number[] {
  const unmatched = frames.map(({ change }) => change?.unmatched ?? 0);
  const recoloured = frames.map(({ change }) => change?.recoloured ?? 0);
  const cuts = [...frames.keys()].filter((i) =>
    isPeak(unmatched, i, MIN_UNMATCHED) || isPeak(recoloured, i, MIN_RECOLOURED)
  );
  return withoutFlashes(cuts, frames);
}

/** Whether a share is large, and much larger than its neighbours. */
function isPeak(
  shares: readonly number[],
  i: number,
  least: number,
): boolean {
  const share = shares[i]!;
  if (share < least) return false;
  const around = [
    ...shares.slice(Math.max(1, i - NEIGHBOURS), i),
    ...shares.slice(i + 1, i + 1 + NEIGHBOURS),
  ].sort((a, b) => a - b);
  const median = around[around.length >> 1] ?? 0;
  return share >= Math.min(CERTAIN_CUT, ABOVE_NEIGHBOURS * median);
}

function withoutFlashes(
  cuts: readonly number[],
  frames: readonly Pick<FrameStats, "hash">[],
): number[] {
  const kept: number[] = [];
  for (let i = 0; i < cuts.length; i++) {
    const before = frames[cuts[i]! - 1]!.hash;
    // The last cut of a flash returns to the view before it.
    let end = i;
    for (let j = i + 1; j < cuts.length; j++) {
      if (cuts[j]! - cuts[i]! > FLASH_FRAMES) break;
      if (hammingDistance(before, frames[cuts[j]!]!.hash) <= SAME_VIEW) {
        end = j;
      }
    }
    if (end === i) kept.push(cuts[i]!);
    else i = end;
  }
  return kept;
}
