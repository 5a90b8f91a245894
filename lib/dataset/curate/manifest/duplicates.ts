import { hammingDistance } from "../scores/perceptual_hash.ts";

/** What is compared of two shots. */
export interface Likeness {
  /** Shots of one file are never duplicates of each other. */
  readonly file: string;
  readonly seconds: number;
  /** Perceptual hash of the middle picture: 16 hexadecimal digits. */
  readonly hash: string;
  /** 8 pictures of 8x8 luma, base64. */
  readonly moments: string;
}

/** Bits in which the hashes of duplicates differ at most. */
const SAME_HASH = 7;
/** Seconds by which their lengths differ at most, and as a share. */
const SAME_SECONDS = 0.25;
const SAME_SHARE = 0.03;
/** Correlation of what changes in them, at least. */
const SAME_CHANGES = 0.8;
/** Luma steps below which nothing changes that could be compared. */
const STILL = 1;

/** Bits of a part of the hash that serves as a key. */
const KEY_BITS = 16;
const KEYS = 4;

/**
 * Finds shots that show the same as an earlier one, whatever their size, coding
 * and frame rate: as long, alike in the middle, and changing alike over time.
 * The last keeps two takes of one fixed camera apart.
 *
 * No two hashes that differ in 7 of 64 bits differ by more than one bit in
 * each of four quarters, so candidates come from a table and the time taken
 * does not grow with the square of the number of shots.
 *
 * @returns For each shot the index of the first one that it repeats, or undefined.
 *
 * @example
 * ```ts
 * import { findDuplicates } from "lib/dataset/curate/mod.ts";
 * import assert from "node:assert/strict";
 *
 * const moments = Uint8Array.from({ length: 512 }, (_, i) => i * 37).toBase64();
 * const shot = { seconds: 4, hash: "0123456789abcdef", moments };
 * const shots = [{ ...shot, file: "a" }, { ...shot, file: "b" }, { ...shot, file: "a" }];
 * assert.deepEqual(findDuplicates(shots), [undefined, 0, undefined]);
 * ```
 */
export function findDuplicates(
  shots: readonly Likeness[],
): (number | undefined)[] {
  const table = new Map<string, number[]>();
  return shots.map((shot, index) => {
    const keys = keysOf(shot.hash);
    const candidates = new Set(
      keys.flatMap(nearKeys).flatMap((key) => table.get(key) ?? []),
    );
    const found = [...candidates].sort((a, b) => a - b)
      .find((i) => areAlike(shots[i]!, shot));
    // What repeats an earlier shot finds it again; only firsts are entered.
    if (found === undefined) {
      for (const key of keys) {
        const entries = table.get(key);
        if (entries === undefined) table.set(key, [index]);
        else entries.push(index);
      }
    }
    return found;
  });
}

function areAlike(a: Likeness, b: Likeness): boolean {
  const longer = Math.max(a.seconds, b.seconds);
  return a.file !== b.file &&
    Math.abs(a.seconds - b.seconds) <=
      Math.max(SAME_SECONDS, SAME_SHARE * longer) &&
    hammingDistance(a.hash, b.hash) <= SAME_HASH &&
    changeAlike(
      Uint8Array.fromBase64(a.moments),
      Uint8Array.fromBase64(b.moments),
    );
}

/** Whether what differs from the mean picture is the same in both. */
function changeAlike(a: Uint8Array, b: Uint8Array): boolean {
  const [x, y] = [centred(a), centred(b)];
  let xx = 0, xy = 0, yy = 0;
  for (let i = 0; i < x.length; i++) {
    xx += x[i]! * x[i]!;
    xy += x[i]! * y[i]!;
    yy += y[i]! * y[i]!;
  }
  const still = STILL ** 2 * x.length;
  if (xx < still && yy < still) return true;
  return xy >= SAME_CHANGES * Math.sqrt(xx * yy);
}

/** Every moment less the mean of all moments. */
function centred(moments: Uint8Array): Float64Array {
  const cells = 64, count = moments.length / cells;
  return Float64Array.from(moments, (value, i) => {
    let sum = 0;
    for (let j = i % cells; j < moments.length; j += cells) sum += moments[j]!;
    return value - sum / count;
  });
}

/** The four quarters of a hash, told apart. */
function keysOf(hash: string): string[] {
  const digits = KEY_BITS / 4;
  return Array.from(
    { length: KEYS },
    (_, i) => `${i}:${hash.slice(i * digits, (i + 1) * digits)}`,
  );
}

/** A key, and those that differ in one bit. */
function nearKeys(key: string): string[] {
  const [quarter, digits] = key.split(":") as [string, string];
  const value = parseInt(digits, 16);
  return [
    key,
    ...Array.from(
      { length: KEY_BITS },
      (_, bit) =>
        `${quarter}:${(value ^ (1 << bit)).toString(16).padStart(4, "0")}`,
    ),
  ];
}
