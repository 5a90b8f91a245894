import assert from "node:assert/strict";
import { InputError, Rng } from "lib/core/mod.ts";
import { captionPairs, planTake } from "lib/dataset/synthetic/mod.ts";
import { namePhrase } from "lib/dataset/captions/mod.ts";

const world = { phase: 1, split: "train", seed: 3 } as const;

Deno.test("both captions of a pair describe the clip at its index, each in a language of its own", async () => {
  const pairAt = captionPairs({ ...world, languages: ["en", "de", "ja"] });
  const rng = new Rng(4);
  const different = new Set<boolean>();
  for (let index = 0; index < 20; index++) {
    const { labels } = planTake({ ...world, index });
    const { first, second, meaning } = await pairAt(index, rng);
    assert.equal(meaning, await namePhrase(labels, "en"));
    different.add(first !== second);
    const english = captionPairs(world);
    const one = await english(index, rng);
    assert.equal(one.meaning, meaning);
  }
  assert.deepEqual(different.has(true), true);
});

Deno.test("the same generator gives the same pair", async () => {
  const pairAt = captionPairs({ ...world, languages: ["en", "sw", "th"] });
  assert.deepEqual(await pairAt(5, new Rng(6)), await pairAt(5, new Rng(6)));
});

Deno.test("a language that is not covered is refused by its name", () => {
  assert.throws(
    () => captionPairs({ ...world, languages: ["en", "tlh"] }),
    (error) =>
      error instanceof InputError &&
      /current value is "tlh"/.test(error.message),
  );
});
