import type { ClipSource } from "lib/dataset/batches/mod.ts";

/**
 * Clips that show their own number, cut from one second at a start that the
 * generator chooses.
 */
export function numberedClips(name: string, length: number): ClipSource {
  return {
    name,
    length,
    clipAt(index, { frames, height, width, fps }, rng) {
      const data = new Float32Array(
        new ArrayBuffer(frames * height * width * 3 * 4),
      ).fill(index / length);
      return Promise.resolve({
        id: `${name}/${index}@${rng.uniform().toFixed(3)}`,
        clip: { frames, height, width, fps, data },
        caption: `${name} ${index}`,
        language: "und",
      });
    },
  };
}

/** A source for workers that fails as it is told. */
export function failingClips(
  { message }: { message: string },
): ClipSource {
  return {
    name: "failing",
    length: 1,
    clipAt: () => Promise.reject(new Error(message)),
  };
}
