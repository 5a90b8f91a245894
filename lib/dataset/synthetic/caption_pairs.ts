import { Rng } from "../../core/mod.ts";
import { namePhrase } from "../captions/mod.ts";
import {
  type Labels,
  MOTION_IDS,
  OBJECT_KINDS,
  type ObjectKind,
} from "../vocabulary/mod.ts";
import { checkLanguages, describe } from "./_description.ts";
import type { SyntheticOptions } from "./clips.ts";

/** Two captions that say the same. */
export interface CaptionPair {
  readonly first: string;
  /** Mostly in another language. */
  readonly second: string;
  /** The same for captions that say the same, whatever the language. */
  readonly meaning: string;
  /** What they say. */
  readonly labels: Labels;
}

/**
 * Share of shapes. They are 33 of 289 kinds, but a language may have a form of
 * each colour for each of them, which one in nine captions shows too seldom.
 */
const SHAPES = 0.25;

const isShape = ({ outline }: ObjectKind): boolean => outline !== undefined;
const DRAWN = OBJECT_KINDS.filter(isShape);
const PICTURES = OBJECT_KINDS.filter((kind) => !isShape(kind));

/**
 * Captions of single subjects in pairs, without pictures. A quarter is about
 * shapes, and each other kind comes up as often as any, in any motion: in clips
 * of the world half of the subjects are one of a few shapes, and the names of
 * all other things would be learned last.
 *
 * @returns the captions at an index; the generator chooses their languages and
 *   forms
 * @throws {InputError} naming the language, if it is not covered
 *
 * @example
 * ```ts
 * import { Rng } from "lib/core/mod.ts";
 * import { captionPairs } from "lib/dataset/synthetic/mod.ts";
 * import assert from "node:assert/strict";
 *
 * const pairAt = captionPairs({ split: "train", seed: 1, languages: ["en", "de"] });
 * const { meaning } = await pairAt(7, new Rng(0));
 * assert.equal(meaning, (await pairAt(7, new Rng(1))).meaning);
 * ```
 */
export function captionPairs(
  { split, seed, languages = ["en"] }: Omit<
    SyntheticOptions,
    "length" | "phase"
  >,
): (index: number, rng: Rng) => Promise<CaptionPair> {
  checkLanguages(languages);
  return async (index, rng) => {
    const draw = new Rng(seed).fork(`${split} caption ${index}`);
    const labels: Labels = {
      phase: 1,
      subjects: [{
        object: draw.pick(draw.uniform() < SHAPES ? DRAWN : PICTURES).id,
        motion: draw.pick(MOTION_IDS),
      }],
      camera: "still",
      angle: "level",
      weather: "clear",
      light: "day",
    };
    const first = await describe(labels, languages, rng);
    const second = await describe(labels, languages, rng);
    return {
      first: first.caption,
      second: second.caption,
      meaning: await namePhrase(labels, "en"),
      labels,
    };
  };
}
