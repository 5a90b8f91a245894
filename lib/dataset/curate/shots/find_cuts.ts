import { hammingDistance } from "../scores/perceptual_hash.ts";
import type { Change, Measure } from "./measure.ts";

/** Share of a picture that must be new for a cut: a split screen may cut in one half. */
const LEAST_NEW = 0.3;
/** Share that takes another colour where plain pictures cut to plain pictures. */
const LEAST_RECOLOURED = 0.6;
/** How many times more is new than in the pictures around. */
const ABOVE_NEIGHBOURS = 3;
/** Share that is a cut whatever happens around it. */
const SURELY_NEW = 0.85;
/** Pictures on each side that count as around. */
const NEIGHBOURS = 5;

/** Pictures that a flash of light lasts at most. */
const FLASH_PICTURES = 4;
/** Bits in which the hashes before and after a flash differ at most. */
const SAME_VIEW = 10;

/**
 * Finds hard cuts: pictures of which much cannot have moved there from the
 * picture before. Motion is compensated, so fast action and pans are no cuts;
 * patches are compared without their brightness, so a change of light is none.
 * Where plain pictures cut to plain ones, colour tells. Where the same view returns within four pictures, it was a flash.
 *
 * @returns Index of the first picture of each new shot, rising.
 *
 * @example
 * ```ts
 * import { findCuts } from "lib/dataset/curate/shots/find_cuts.ts";
 * import assert from "node:assert/strict";
 *
 * const picture = (unexplained: number, hash: string) =>
 *   ({ hash: hash.repeat(16), change: { unexplained, recoloured: 0 } });
 * const pictures = [0, 0, 0.02, 0.9, 0.01].map((x, i) => picture(x, i < 3 ? "0" : "f"));
 * assert.deepEqual(findCuts(pictures), [3]);
 * ```
 */
export function findCuts(
  measures: readonly {
    readonly hash: string;
    readonly change: Pick<Change, "unexplained" | "recoloured"> | undefined;
  }[],
): number[] {
  const fresh = measures.map(({ change }) => change?.unexplained ?? 0);
  const recoloured = measures.map(({ change }) => change?.recoloured ?? 0);
  const cuts = measures.flatMap((_, i) =>
    standsOut(fresh, i, LEAST_NEW) ||
      standsOut(recoloured, i, LEAST_RECOLOURED)
      ? [i]
      : []
  );
  return withoutFlashes(cuts, measures);
}

/** Whether a share is large, and much larger than those around it. */
function standsOut(
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
  const usual = around[around.length >> 1] ?? 0;
  return share >= Math.min(SURELY_NEW, ABOVE_NEIGHBOURS * usual);
}

function withoutFlashes(
  cuts: readonly number[],
  measures: readonly Pick<Measure, "hash">[],
): number[] {
  const kept: number[] = [];
  for (let i = 0; i < cuts.length; i++) {
    const before = measures[cuts[i]! - 1]!.hash;
    // The last cut within reach after which the view is what it was.
    let end = i;
    for (let j = i + 1; j < cuts.length; j++) {
      if (cuts[j]! - cuts[i]! > FLASH_PICTURES) break;
      if (hammingDistance(before, measures[cuts[j]!]!.hash) <= SAME_VIEW) {
        end = j;
      }
    }
    if (end === i) kept.push(cuts[i]!);
    else i = end;
  }
  return kept;
}
