import assert from "node:assert/strict";
import { InputError, Rng } from "lib/core/mod.ts";
import { captionPairs } from "lib/dataset/synthetic/mod.ts";
import { namePhrase } from "lib/dataset/captions/mod.ts";
import { OBJECT_KINDS } from "lib/dataset/vocabulary/mod.ts";

const world = { split: "train", seed: 3 } as const;

Deno.test("both captions of a pair have the meaning of its index", async () => {
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

Deno.test("a quarter of pairs is about shapes, all other kinds are equally frequent", async () => {
  const pairAt = captionPairs(world);
  const pictures = OBJECT_KINDS.filter(({ outline }) => outline === undefined);
  const count = Math.round(40 * pictures.length / 0.75);
  const seen = new Map<string, number>();
  for (let index = 0; index < count; index++) {
    const { labels: { subjects: [subject] } } = await pairAt(index, new Rng(0));
    seen.set(subject!.object, (seen.get(subject!.object) ?? 0) + 1);
  }
  // 40 +- 6 of each, within five standard deviations.
  let shapes = count;
  for (const { id } of pictures) {
    const times = seen.get(id) ?? 0;
    assert.ok(Math.abs(times - 40) < 32, `${id}: ${times}`);
    shapes -= times;
  }
  assert.ok(Math.abs(shapes / count - 0.25) < 0.02, `${shapes / count}`);
});

Deno.test("captionPairs() returns the same pair for the same generator", async () => {
  const pairAt = captionPairs({ ...world, languages: ["en", "sw", "th"] });
  assert.deepEqual(await pairAt(5, new Rng(6)), await pairAt(5, new Rng(6)));
});

Deno.test("captionPairs() rejects a language that CLDR does not cover", () => {
  assert.throws(
    () => captionPairs({ ...world, languages: ["en", "tlh"] }),
    (error) =>
      error instanceof InputError &&
      /current value is "tlh"/.test(error.message),
  );
});
