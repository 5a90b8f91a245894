import assert from "node:assert/strict";
import { InputError, Rng } from "lib/core/mod.ts";
import { captionPairs } from "lib/dataset/synthetic/mod.ts";
import { namePhrase } from "lib/dataset/captions/mod.ts";
import { OBJECT_KINDS } from "lib/dataset/vocabulary/mod.ts";

const world = { split: "train", seed: 3 } as const;

Deno.test("both captions of a pair say what is at its index, each in a language of its own", async () => {
  const pairAt = captionPairs({ ...world, languages: ["en", "de", "ja"] });
  const rng = new Rng(4);
  const different = new Set<boolean>();
  for (let index = 0; index < 20; index++) {
    const { first, second, meaning, labels } = await pairAt(index, rng);
    assert.equal(meaning, await namePhrase(labels, "en"));
    different.add(first !== second);
    const english = captionPairs(world);
    const one = await english(index, rng);
    assert.equal(one.meaning, meaning);
  }
  assert.deepEqual(different.has(true), true);
});

Deno.test("every kind of object comes up as often as any other", async () => {
  const pairAt = captionPairs(world);
  const count = 40 * OBJECT_KINDS.length;
  const seen = new Map<string, number>();
  for (let index = 0; index < count; index++) {
    const { labels: { subjects: [subject] } } = await pairAt(index, new Rng(0));
    seen.set(subject!.object, (seen.get(subject!.object) ?? 0) + 1);
  }
  // 40 +- 6 of each: none is further away than five times that.
  for (const { id } of OBJECT_KINDS) {
    assert.ok(
      Math.abs((seen.get(id) ?? 0) - 40) < 32,
      `${id}: ${seen.get(id)}`,
    );
  }
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
