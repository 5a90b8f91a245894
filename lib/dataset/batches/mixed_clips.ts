import { InputError } from "../../core/mod.ts";
import type { ClipSource } from "./clip_source.ts";
import { interleave } from "./interleave.ts";

/** A source and its share of a mix. */
export interface WeightedSource {
  readonly source: ClipSource;
  /** Above 0, in proportion to the other weights. */
  readonly weight: number;
}

/**
 * One source of several, mixed in exact proportion to their weights. A source
 * with fewer clips than its share starts again at its first clip.
 *
 * @param name In metrics and messages; part of the identity of the dataset.
 * @param length Clips in an epoch of the mix.
 * @throws {InputError} naming the source, if a weight is not above 0
 *
 * @example
 * ```ts
 * import { mixedClips } from "lib/dataset/batches/mod.ts";
 * import { syntheticClips } from "lib/dataset/synthetic/mod.ts";
 * import { Rng } from "lib/core/mod.ts";
 * import assert from "node:assert/strict";
 *
 * const of = (phase: 1 | 2) => syntheticClips({ phase, split: "train", seed: 0, length: 9 });
 * const mix = mixedClips("both", [{ source: of(1), weight: 3 }, { source: of(2), weight: 1 }], 12);
 * const shape = { frames: 1, height: 16, width: 16, fps: 8 };
 * const { id } = await mix.clipAt(3, shape, new Rng(0));
 * assert.equal(id, (await of(2).clipAt(0, shape, new Rng(0))).id);
 * ```
 */
export function mixedClips(
  name: string,
  sources: readonly WeightedSource[],
  length: number,
): ClipSource {
  for (const { source, weight } of sources) {
    if (weight > 0 && weight < Infinity) continue;
    throw new InputError(
      `Cannot mix clips: the weight of "${source.name}" must be above 0: ` +
        `current value is ${weight}`,
    );
  }
  const turnOf = interleave(sources.map(({ weight }) => weight));
  const at = (index: number): [source: ClipSource, index: number] => {
    const { which, nth } = turnOf(index);
    const { source } = sources[which]!;
    return [source, nth % source.length];
  };
  return {
    name,
    length,
    clipAt(index, shape, rng) {
      const [source, own] = at(index);
      return source.clipAt(own, shape, rng);
    },
    ...(sources.every(({ source }) => source.captionAt) && {
      captionAt(index, rng) {
        const [source, own] = at(index);
        return source.captionAt!(own, rng);
      },
    }),
  };
}
