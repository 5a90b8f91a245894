import type { Clip } from "../../core/mod.ts";

/** Largest value of a byte, which stands for 1. */
const WHITE = 255;

/** A clip as it is kept. */
type ClipOfBytes = Omit<Clip, "data"> & { readonly data: Uint8ClampedArray };

/**
 * Clips that are made once and kept in memory, a byte for each value, as video
 * files have them; what does not fit is made again each time. Either way they
 * are the same: rounded.
 *
 * @param clipAt Makes a clip, its values in [0,1].
 * @param bytes Most that are kept.
 *
 * @example
 * ```ts
 * import { rememberedClips } from "lib/trainer/mod.ts";
 * import assert from "node:assert/strict";
 *
 * let made = 0;
 * const clipAt = rememberedClips((index) => {
 *   made++;
 *   const data = new Float32Array(3).fill(index / 2);
 *   return Promise.resolve({ frames: 1, height: 1, width: 1, fps: 8, data });
 * }, 3);
 * assert.deepEqual([...(await clipAt(2)).data], [1, 1, 1]);
 * await clipAt(2);
 * assert.equal(made, 1);
 * // There is no room for a second one.
 * await clipAt(0);
 * await clipAt(0);
 * assert.equal(made, 3);
 * ```
 */
export function rememberedClips(
  clipAt: (index: number) => Promise<Clip>,
  bytes: number,
): (index: number) => Promise<Clip> {
  const kept = new Map<number, ClipOfBytes>();
  let room = bytes;
  return async (index) => {
    const found = kept.get(index) ?? rounded(await clipAt(index));
    if (!kept.has(index) && found.data.length <= room) {
      kept.set(index, found);
      room -= found.data.length;
    }
    return { ...found, data: unrounded(found.data) };
  };
}

function rounded({ data, ...rest }: Clip): ClipOfBytes {
  const bytes = new Uint8ClampedArray(data.length);
  for (let i = 0; i < data.length; i++) bytes[i] = WHITE * data[i]!;
  return { ...rest, data: bytes };
}

function unrounded(bytes: Uint8ClampedArray): Float32Array<ArrayBuffer> {
  const data = new Float32Array(bytes.length);
  for (let i = 0; i < data.length; i++) data[i] = bytes[i]! / WHITE;
  return data;
}
