import assert from "node:assert/strict";
import { Rng } from "lib/core/mod.ts";
import { LANGUAGES } from "lib/dataset/captions/mod.ts";
import { syntheticClips } from "lib/dataset/synthetic/mod.ts";
import { PHASES } from "lib/dataset/vocabulary/mod.ts";
import { unknownWords } from "lib/pipeline/mod.ts";
import { captionWords } from "lib/recipes/pack/caption_words.ts";

Deno.test("captionWords() knows every word of captions in every language, and no other", async () => {
  const words = await captionWords();
  assert.deepEqual(Object.keys(words), [...LANGUAGES]);
  const rng = new Rng(1);
  for (const phase of PHASES) {
    const source = syntheticClips({
      phase,
      split: "train",
      seed: 1,
      length: 200,
      languages: LANGUAGES,
    });
    for (let i = 0; i < source.length; i++) {
      const { caption, language } = await source.captionAt!(i, rng);
      assert.deepEqual(unknownWords(words, [caption], language), [], caption);
    }
  }
  assert.deepEqual(unknownWords(words, ["wombat"], "auto"), ["wombat"]);
});
