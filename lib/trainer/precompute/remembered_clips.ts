import { type Clip, clipBytes, clipValues } from "../../core/mod.ts";

/** A clip as it is kept. */
type ClipOfBytes = Omit<Clip, "data"> & { readonly bytes: Uint8Array };

/**
 * Clips that are made once and kept in memory, a byte for each value, as video
 * files have them; what does not fit is made again each time. Either way they
 * are the same: rounded.
 *
 * @param clipAt Makes a clip, its values in [0,1].
 * @param mostBytes Most that are kept.
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
  mostBytes: number,
): (index: number) => Promise<Clip> {
  const kept = new Map<number, ClipOfBytes>();
  let room = mostBytes;
  return async (index) => {
    let clip = kept.get(index);
    if (!clip) {
      const { data, ...rest } = await clipAt(index);
      clip = { ...rest, bytes: clipBytes(data) };
      if (data.length <= room) {
        kept.set(index, clip);
        room -= data.length;
      }
    }
    const { bytes, ...rest } = clip;
    return { ...rest, data: clipValues(bytes) };
  };
}
