import type { Rng } from "../../core/mod.ts";
import { namePhrase } from "../captions/mod.ts";
import type { Labels } from "../vocabulary/mod.ts";
import { checkLanguages, describe } from "./_description.ts";
import type { SyntheticOptions } from "./clips.ts";
import { planTake } from "./take.ts";

/** Two captions of one clip. */
export interface CaptionPair {
  readonly first: string;
  /** Mostly in another language. */
  readonly second: string;
  /** The same for clips of which the same is said, whatever the language. */
  readonly meaning: string;
  /** What they say. */
  readonly labels: Labels;
}

/**
 * Two captions of each clip of the synthetic world, without its pictures.
 *
 * @returns the captions of the clip at an index; the generator chooses their
 *   languages and forms
 * @throws {InputError} naming the language, if it is not covered
 *
 * @example
 * ```ts
 * import { Rng } from "lib/core/mod.ts";
 * import { captionPairs } from "lib/dataset/synthetic/mod.ts";
 * import assert from "node:assert/strict";
 *
 * const pairAt = captionPairs({ phase: 1, split: "train", seed: 1, languages: ["en", "de"] });
 * const { meaning } = await pairAt(7, new Rng(0));
 * assert.equal(meaning, (await pairAt(7, new Rng(1))).meaning);
 * ```
 */
export function captionPairs(
  { phase, split, seed, languages = ["en"] }: Omit<SyntheticOptions, "length">,
): (index: number, rng: Rng) => Promise<CaptionPair> {
  checkLanguages(languages);
  return async (index, rng) => {
    const { labels } = planTake({ seed, phase, split, index });
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
