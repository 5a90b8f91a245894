import { CHANNELS, type Clip, type Rng } from "../../core/mod.ts";
import type { ClipShape, ClipSource } from "./clip_source.ts";

/** How much is blurred: deviations of the kernel in pixels, evenly. */
export interface BlurRange {
  readonly least: number;
  readonly most: number;
}

/** Deviations from its middle to where a kernel ends. */
const REACH = 2.5;

/**
 * The clips of a source without their details, and what is said of them: what a
 * model sees that is to learn the details from the words (conditioning
 * augmentation; Ho et al. 2021, arXiv 2106.15282).
 *
 * @example
 * ```ts
 * import { Rng } from "lib/core/mod.ts";
 * import { blurredClips } from "lib/dataset/batches/mod.ts";
 * import { syntheticClips } from "lib/dataset/synthetic/mod.ts";
 * import assert from "node:assert/strict";
 *
 * const clips = syntheticClips({ phase: 1, split: "train", seed: 0, length: 9 });
 * const blurred = blurredClips(clips, { least: 1, most: 4 });
 * const shape = { frames: 4, height: 64, width: 64, fps: 8 };
 * const [sharp, soft] = [
 *   await clips.clipAt(7, shape, new Rng(0)),
 *   await blurred.clipAt(7, shape, new Rng(0)),
 * ];
 * assert.equal(soft.caption, sharp.caption);
 * assert.notDeepEqual(soft.clip.data, sharp.clip.data);
 * ```
 */
export function blurredClips(
  source: ClipSource,
  { least, most }: BlurRange,
): ClipSource {
  return {
    ...source,
    name: `${source.name}, blurred by ${least} to ${most} pixels`,
    async clipAt(index: number, shape: ClipShape, rng: Rng) {
      const deviation = least +
        (most - least) * rng.fork("blur").uniform();
      const found = await source.clipAt(index, shape, rng);
      return {
        ...found,
        id: `${found.id}/blurred`,
        clip: gaussianBlur(found.clip, deviation),
      };
    },
  };
}

/**
 * Each frame convolved with a Gaussian, which sees the rim go on beyond it.
 *
 * @param deviation In pixels, above 0.
 *
 * @example
 * ```ts
 * import { gaussianBlur } from "lib/dataset/batches/mod.ts";
 * import assert from "node:assert/strict";
 *
 * const data = new Float32Array(9 * 9 * 3);
 * data.fill(1, 3 * 40, 3 * 41); // the middle
 * const { data: soft } = gaussianBlur({ frames: 1, height: 9, width: 9, fps: 8, data }, 1);
 * assert.equal(soft[3 * 39], soft[3 * 31]);
 * assert.ok(Math.abs(soft[3 * 40]! - 1 / (2 * Math.PI)) < 0.01);
 * ```
 */
export function gaussianBlur(clip: Clip, deviation: number): Clip {
  const { frames, height, width } = clip;
  const kernel = gaussian(deviation);
  const row = width * CHANNELS;
  const across = convolved(clip.data, kernel, {
    ...{ lines: frames * height, lineSize: row },
    ...{ places: width, step: CHANNELS },
  });
  const data = convolved(across, kernel, {
    ...{ lines: frames, lineSize: height * row },
    ...{ places: height, step: row },
  });
  return { ...clip, data };
}

/** Weights from the middle on; those on both sides sum to 1. */
function gaussian(deviation: number): number[] {
  const half = Array.from(
    { length: Math.ceil(REACH * deviation) + 1 },
    (_, i) => Math.exp(-(i ** 2) / (2 * deviation ** 2)),
  );
  const sum = 2 * half.reduce((a, b) => a + b) - half[0]!;
  return half.map((weight) => weight / sum);
}

/** Along one axis, of `places` that lie `step` numbers apart in each line. */
function convolved(
  values: Float32Array,
  kernel: readonly number[],
  { lines, lineSize, places, step }: {
    readonly lines: number;
    readonly lineSize: number;
    readonly places: number;
    readonly step: number;
  },
): Float32Array<ArrayBuffer> {
  const out = new Float32Array(values.length);
  for (let line = 0; line < lines; line++) {
    const begin = line * lineSize;
    for (let away = 1 - kernel.length; away < kernel.length; away++) {
      const weight = kernel[Math.abs(away)]!;
      // Those places whose neighbour lies on the line; the others see its ends.
      const first = Math.min(places, Math.max(0, -away)) * step;
      const last = Math.max(0, places - Math.max(0, away)) * step;
      for (let i = 0; i < first; i++) {
        out[begin + i]! += weight * values[begin + i % step]!;
      }
      for (let i = first; i < last; i++) {
        out[begin + i]! += weight * values[begin + i + away * step]!;
      }
      for (let i = last; i < lineSize; i++) {
        const end = begin + lineSize - step;
        out[begin + i]! += weight * values[end + i % step]!;
      }
    }
  }
  return out;
}
