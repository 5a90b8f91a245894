import type { Rng } from "lib/core/mod.ts";

const SENTENCES = new Intl.Segmenter("und", { granularity: "sentence" });

/**
 * A caption with its sentences in another order, so that a model does not read
 * their place.
 *
 * @example
 * ```ts
 * import { shuffledSentences } from "lib/dataset/curate/mod.ts";
 * import { Rng } from "lib/core/mod.ts";
 * import assert from "node:assert/strict";
 *
 * const text = shuffledSentences("A cat. A dog.", new Rng(3));
 * assert.ok(["A cat. A dog.", "A dog. A cat."].includes(text));
 * assert.equal(shuffledSentences("a cat", new Rng(3)), "a cat");
 * ```
 */
export function shuffledSentences(text: string, rng: Rng): string {
  const sentences = [...SENTENCES.segment(text)].map(({ segment }) =>
    segment.trim()
  );
  if (sentences.length < 2) return text;
  for (let i = sentences.length - 1; i > 0; i--) {
    const j = rng.integer(i + 1);
    [sentences[i], sentences[j]] = [sentences[j]!, sentences[i]!];
  }
  return sentences.join(" ");
}
