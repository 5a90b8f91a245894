import type { Plane } from "../flow/plane.ts";

/** Side of a thumbnail. */
export const THUMBNAIL = 16;
/** Frequencies of the hash in each direction. */
const FREQUENCIES = 8;

/** `cos(pi (2x + 1) f / 32)` for f from 1 to 8. */
const COSINES = Float64Array.from(
  { length: FREQUENCIES * THUMBNAIL },
  (_, i) =>
    Math.cos(
      Math.PI * (2 * (i % THUMBNAIL) + 1) *
        (Math.floor(i / THUMBNAIL) + 1) / (2 * THUMBNAIL),
    ),
);

/**
 * Scales a frame of any size and aspect to 16x16 means of luma.
 */
export function thumbnailOf({ width, height, data }: Plane): Float32Array {
  const sums = new Float32Array(THUMBNAIL * THUMBNAIL);
  const counts = new Float32Array(THUMBNAIL * THUMBNAIL);
  // Frames below 16x16 are enlarged by repeating pixels.
  const columns = Math.max(width, THUMBNAIL);
  const rows = Math.max(height, THUMBNAIL);
  for (let j = 0; j < rows; j++) {
    const y = Math.floor(j * height / rows);
    const cellRow = Math.floor(j * THUMBNAIL / rows) * THUMBNAIL;
    for (let i = 0; i < columns; i++) {
      const x = columns === width ? i : Math.floor(i * width / columns);
      const cell = cellRow + Math.floor(i * THUMBNAIL / columns);
      sums[cell]! += data[y * width + x]!;
      counts[cell]! += 1;
    }
  }
  return sums.map((sum, i) => sum / counts[i]!);
}

/**
 * A hash that changes little under scaling, coding and brightness: which of the
 * 8x8 lowest frequencies of the discrete cosine transform, without those
 * constant along rows or columns, exceed their median.
 *
 * @param thumbnail `[16,16]`, from {@link thumbnailOf}.
 * @returns 64 bits as 16 hexadecimal digits; compare with {@link hammingDistance}.
 */
export function perceptualHash(thumbnail: Float32Array): string {
  const partial = new Float64Array(THUMBNAIL * FREQUENCIES);
  for (let y = 0; y < THUMBNAIL; y++) {
    for (let f = 0; f < FREQUENCIES; f++) {
      let sum = 0;
      for (let x = 0; x < THUMBNAIL; x++) {
        sum += thumbnail[y * THUMBNAIL + x]! * COSINES[f * THUMBNAIL + x]!;
      }
      partial[y * FREQUENCIES + f] = sum;
    }
  }
  const spectrum = new Float64Array(FREQUENCIES * FREQUENCIES);
  for (let g = 0, k = 0; g < FREQUENCIES; g++) {
    for (let f = 0; f < FREQUENCIES; f++, k++) {
      let sum = 0;
      for (let y = 0; y < THUMBNAIL; y++) {
        sum += partial[y * FREQUENCIES + f]! * COSINES[g * THUMBNAIL + y]!;
      }
      spectrum[k] = sum;
    }
  }
  const median = spectrum.slice().sort()[spectrum.length >> 1]!;
  let bits = 0n;
  for (const value of spectrum) bits = bits << 1n | BigInt(value > median);
  return bits.toString(16).padStart(16, "0");
}

/**
 * The number of differing bits of two hashes of 16 hexadecimal digits, in [0,64].
 */
export function hammingDistance(a: string, b: string): number {
  let count = 0;
  for (let bits = BigInt(`0x${a}`) ^ BigInt(`0x${b}`); bits > 0n; bits >>= 1n) {
    count += Number(bits & 1n);
  }
  return count;
}
