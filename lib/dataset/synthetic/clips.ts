import type { Rng } from "../../core/mod.ts";
import type { ClipShape, ClipSource } from "../batches/clip_source.ts";
import type { Phase } from "../vocabulary/mod.ts";
import { checkLanguages, describe } from "./_description.ts";
import { filmBehind, filmTake } from "./film.ts";
import { posesOf } from "./poses.ts";
import { Sprites } from "./sprites.ts";
import { planTake, SHARE_OF_SHAPES, type Take } from "./take.ts";

/** Which clips of the synthetic world, and how they are described. */
export interface SyntheticOptions {
  readonly phase: Phase;
  /** Those of `validation` are never among those of `train`. */
  readonly split: "train" | "validation";
  /** A whole number; another world for each. */
  readonly seed: number;
  /** Clips in one epoch. */
  readonly length: number;
  /** Share of the subjects that are shapes in colours, in [0,1]; half if absent. */
  readonly shapes?: number;
  /**
   * Share of the other subjects that are drawn from `COMMON_OBJECTS` alone, in
   * [0,1]; none if absent, so that all things are equally frequent.
   */
  readonly common?: number;
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
    shapes = SHARE_OF_SHAPES,
    common = 0,
    languages = ["en"],
  }: SyntheticOptions,
): ClipSource {
  checkLanguages(languages);
  const sprites = new Sprites();
  const takeAt = (index: number): Take =>
    planTake({ seed, phase, split, index, shapes, common });
  // Takes of other shares are other takes.
  const world = [
    split,
    ...(shapes === SHARE_OF_SHAPES ? [] : [`${100 * shapes} % shapes`]),
    ...(common === 0 ? [] : [`${100 * common} % common`]),
  ].join(", ");
  return {
    name: `synthetic phase ${phase} ${world}`,
    length,
    async clipAt(index: number, shape: ClipShape, rng: Rng) {
      const take = takeAt(index);
      return {
        id: `synthetic/${seed}/${phase}/${world}/${index}`,
        clip: await filmTake(take, shape, sprites),
        ...await describe(take.labels, languages, rng),
      };
    },
    captionAt: (index, rng) => describe(takeAt(index).labels, languages, rng),
    apartAt(index, shape) {
      const take = takeAt(index);
      if (take.subjects.length > 1) return undefined;
      return {
        poses: posesOf(take, shape),
        behind: () => filmBehind(take, shape, sprites),
      };
    },
  };
}
