import { Rng } from "../../core/mod.ts";
import { checkLanguages, namePhrase, sampleCaption } from "../captions/mod.ts";
import {
  type Labels,
  MOTION_IDS,
  OBJECT_KINDS,
  type ObjectKind,
} from "../vocabulary/mod.ts";
import type { SyntheticOptions } from "./clips.ts";

/** Two captions of the same meaning. */
export interface CaptionPair {
  readonly first: string;
  /** Usually in another language. */
  readonly second: string;
  /** Equal for captions of equal meaning in any language. */
  readonly meaning: string;
  /** The meaning of both. */
  readonly labels: Labels;
}

/**
 * Probability of a coloured shape. They are 33 of 289 kinds, but a language may
 * inflect each colour for each shape, which needs more than one in nine captions.
 */
const SHAPE_PROBABILITY = 0.25;

const isShape = ({ outline }: ObjectKind): boolean => outline !== undefined;
const SHAPES = OBJECT_KINDS.filter(isShape);
const EMOJI = OBJECT_KINDS.filter((kind) => !isShape(kind));

/**
 * Pairs of captions of one subject, for the text encoder. A quarter is about
 * coloured shapes; all other kinds and all motions are equally frequent. In clips,
 * half of the subjects are shapes, so that the names of other objects are rare.
 *
 * @returns The pair at an index; `rng` chooses languages and forms.
 * @throws {InputError} naming a language that is not in `LANGUAGES`
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
        object:
          draw.pick(draw.uniform() < SHAPE_PROBABILITY ? SHAPES : EMOJI).id,
        motion: draw.pick(MOTION_IDS),
      }],
      camera: "still",
      angle: "level",
      weather: "clear",
      light: "day",
    };
    const first = await sampleCaption(labels, languages, rng);
    const second = await sampleCaption(labels, languages, rng);
    return {
      first: first.caption,
      second: second.caption,
      meaning: await namePhrase(labels, "en"),
      labels,
    };
  };
}
