import { hammingDistance } from "../scores/perceptual_hash.ts";

/** The properties of a shot that are compared. */
export interface ShotFingerprint {
  /** Shots of one file are never duplicates of each other. */
  readonly file: string;
  readonly seconds: number;
  /** Perceptual hash of the middle frame: 16 hexadecimal digits. */
  readonly hash: string;
  /** Luma of 8 frames of 8x8, base64. */
  readonly moments: string;
}

/** Largest distance between the hashes of duplicates, bits. */
const MAX_HASH_DISTANCE = 7;
/** Largest difference between the durations of duplicates: the larger of the two. */
const MAX_SECONDS = 0.25;
const MAX_SHARE = 0.03;
/** Smallest correlation of the changes of duplicates over time. */
const MIN_CORRELATION = 0.8;
/**
 * Largest root mean square difference of duplicates, levels of luma. A new size,
 * coding or rate changes the small frames by 1 to 3; two laps of one camera over
 * the same track, which agree in all else, by 3 to 16.
 */
const MAX_DIFFERENCE = 4;
/** Root mean square change of luma below which a shot is static. */
const STILL = 1;

/** Bits of a key: a quarter of the hash. */
const KEY_BITS = 16;
const KEYS = 4;

/**
 * Finds shots that duplicate an earlier one at any size, coding and frame rate:
 * equal duration, equal middle frame, and equal change over time, which
 * distinguishes two shots of one fixed camera.
 *
 * Two hashes that differ in 7 of 64 bits differ by at most one bit in one of
 * four quarters. Candidates are therefore looked up by quarter, and the time
 * does not grow with the square of the number of shots.
 *
 * @returns For each shot, the index of the first one that it duplicates, or
 * undefined.
 */
export function findDuplicates(
  shots: readonly ShotFingerprint[],
): (number | undefined)[] {
  const table = new Map<string, number[]>();
  return shots.map((shot, index) => {
    const keys = keysOf(shot.hash);
    const candidates = new Set(
      keys.flatMap(nearKeys).flatMap((key) => table.get(key) ?? []),
    );
    const found = [...candidates].sort((a, b) => a - b)
      .find((i) => areDuplicates(shots[i]!, shot));
    // Duplicates are not entered: later ones match the first shot again.
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

function areDuplicates(a: ShotFingerprint, b: ShotFingerprint): boolean {
  const longer = Math.max(a.seconds, b.seconds);
  return a.file !== b.file &&
    Math.abs(a.seconds - b.seconds) <=
      Math.max(MAX_SECONDS, MAX_SHARE * longer) &&
    hammingDistance(a.hash, b.hash) <= MAX_HASH_DISTANCE &&
    changesMatch(
      Uint8Array.fromBase64(a.moments),
      Uint8Array.fromBase64(b.moments),
    );
}

/** Whether the deviations from the mean frame correlate. */
function changesMatch(a: Uint8Array, b: Uint8Array): boolean {
  if (differenceOf(a, b) > MAX_DIFFERENCE) return false;
  const [x, y] = [centred(a), centred(b)];
  let xx = 0, xy = 0, yy = 0;
  for (let i = 0; i < x.length; i++) {
    xx += x[i]! * x[i]!;
    xy += x[i]! * y[i]!;
    yy += y[i]! * y[i]!;
  }
  const still = STILL ** 2 * x.length;
  if (xx < still && yy < still) return true;
  return xy >= MIN_CORRELATION * Math.sqrt(xx * yy);
}

/** Root mean square difference, without that of the mean brightness. */
function differenceOf(a: Uint8Array, b: Uint8Array): number {
  let sum = 0, squares = 0;
  for (let i = 0; i < a.length; i++) {
    const difference = a[i]! - b[i]!;
    sum += difference;
    squares += difference * difference;
  }
  return Math.sqrt(squares / a.length - (sum / a.length) ** 2);
}

/** Subtracts the mean over all moments. */
function centred(moments: Uint8Array): Float64Array {
  const cells = 64, count = moments.length / cells;
  return Float64Array.from(moments, (value, i) => {
    let sum = 0;
    for (let j = i % cells; j < moments.length; j += cells) sum += moments[j]!;
    return value - sum / count;
  });
}

/** The four quarters of a hash, each with its index. */
function keysOf(hash: string): string[] {
  const digits = KEY_BITS / 4;
  return Array.from(
    { length: KEYS },
    (_, i) => `${i}:${hash.slice(i * digits, (i + 1) * digits)}`,
  );
}

/** A key, and all keys at a distance of one bit. */
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
