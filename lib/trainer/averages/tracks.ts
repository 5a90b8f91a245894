import { copyOf, isNdArray, mapTree } from "../../core/mod.ts";
import { averagingRate, powerExponent } from "./power_profile.ts";

/**
 * The averages that are kept during training, by their relative std.
 * Two are enough: from snapshots of both, `averageAfterwards` makes one of any
 * length (arXiv 2312.02696, section 3.2).
 */
export const TRACKS = { short: 0.05, long: 0.1 } as const;

/** Name of an average. */
export type Track = keyof typeof TRACKS;

/** Averaged parameters, in the form of the parameters. */
export type Averages<P> = Readonly<Record<Track, P>>;

const EXPONENTS: Readonly<Record<Track, number>> = {
  short: powerExponent(TRACKS.short),
  long: powerExponent(TRACKS.long),
};

/** The averages before the first update: the parameters themselves. */
export function initAverages<P>(parameters: P): Averages<P> {
  const copy = (): P => mapTree(parameters, isNdArray, copyOf) as P;
  return { short: copy(), long: copy() };
}

/**
 * How far each average moves at an update.
 *
 * @param update Number of this update; the first is 1.
 *
 * @example
 * ```ts
 * import { averagingRates } from "lib/trainer/averages/mod.ts";
 * import assert from "node:assert/strict";
 *
 * assert.deepEqual(averagingRates(1), { short: 1, long: 1 });
 * const { short, long } = averagingRates(1000);
 * assert.ok(short > long);
 * ```
 */
export function averagingRates(update: number): Record<Track, number> {
  return {
    short: averagingRate(update, EXPONENTS.short),
    long: averagingRate(update, EXPONENTS.long),
  };
}
