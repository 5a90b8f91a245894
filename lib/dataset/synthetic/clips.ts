import type { Rng } from "../../core/mod.ts";
import type { ClipShape, ClipSource } from "../batches/clip_source.ts";
import type { Phase } from "../vocabulary/mod.ts";
import { checkLanguages, describe } from "./_description.ts";
import { filmTake } from "./film.ts";
import { Sprites } from "./sprites.ts";
import { planTake, type Take } from "./take.ts";

/** Which clips of the synthetic world, and how they are described. */
export interface SyntheticOptions {
  readonly phase: Phase;
  /** Those of `validation` are never among those of `train`. */
  readonly split: "train" | "validation";
  /** A whole number; another world for each. */
  readonly seed: number;
  /** Clips in one epoch. */
  readonly length: number;
  /** BCP 47 tags, of those in `LANGUAGES`; English alone if absent. */
  readonly languages?: readonly string[];
}

/**
 * Clips of the synthetic world for the loader, drawn when they are asked for.
 *
 * @throws {InputError} naming the language, if it is not covered
 *
 * @example
 * ```ts
 * import { Rng } from "lib/core/mod.ts";
 * import { syntheticClips } from "lib/dataset/synthetic/mod.ts";
 * import assert from "node:assert/strict";
 *
 * const clips = syntheticClips({ phase: 1, split: "train", seed: 0, length: 100 });
 * const shape = { frames: 16, height: 64, width: 64, fps: 8 };
 * const { clip, language } = await clips.clipAt(7, shape, new Rng(0));
 * assert.equal(clip.frames, 16);
 * assert.equal(language, "en");
 * ```
 */
export function syntheticClips(
  {
    phase,
    split,
    seed,
    length,
    languages = ["en"],
  }: SyntheticOptions,
): ClipSource {
  checkLanguages(languages);
  const sprites = new Sprites();
  const takeAt = (index: number): Take =>
    planTake({ seed, phase, split, index });
  return {
    name: `synthetic phase ${phase} ${split}`,
    length,
    async clipAt(index: number, shape: ClipShape, rng: Rng) {
      const take = takeAt(index);
      return {
        id: `synthetic/${seed}/${phase}/${split}/${index}`,
        clip: await filmTake(take, shape, sprites),
        ...await describe(take.labels, languages, rng),
      };
    },
    captionAt: (index, rng) => describe(takeAt(index).labels, languages, rng),
  };
}
