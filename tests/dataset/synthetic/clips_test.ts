import assert from "node:assert/strict";
import { Rng } from "lib/core/mod.ts";
import { LANGUAGES } from "lib/dataset/captions/mod.ts";
import { planTake, syntheticClips } from "lib/dataset/synthetic/mod.ts";
import { COMMON_OBJECTS, objectKind } from "lib/dataset/vocabulary/mod.ts";

const SHAPE = { frames: 4, height: 32, width: 32, fps: 4 };
const OPTIONS = { phase: 1, split: "train", seed: 0, length: 10 } as const;

Deno.test("syntheticClips() gives the same clip for the same name, in any order", async () => {
  const [one, two] = [syntheticClips(OPTIONS), syntheticClips(OPTIONS)];
  await two.clipAt(3, SHAPE, new Rng(1));
  assert.deepEqual(
    await one.clipAt(5, SHAPE, new Rng(0)),
    await two.clipAt(5, SHAPE, new Rng(0)),
  );
});

Deno.test("syntheticClips() shows another clip for another index, seed, split or phase", async () => {
  const pictures = await Promise.all([
    syntheticClips(OPTIONS).clipAt(0, SHAPE, new Rng(0)),
    syntheticClips(OPTIONS).clipAt(1, SHAPE, new Rng(0)),
    syntheticClips({ ...OPTIONS, seed: 1 }).clipAt(0, SHAPE, new Rng(0)),
    syntheticClips({ ...OPTIONS, split: "validation" })
      .clipAt(0, SHAPE, new Rng(0)),
    syntheticClips({ ...OPTIONS, phase: 2 }).clipAt(0, SHAPE, new Rng(0)),
  ]);
  assert.deepEqual(pictures.map(({ id }) => id), [
    "synthetic/0/1/train/0",
    "synthetic/0/1/train/1",
    "synthetic/1/1/train/0",
    "synthetic/0/1/validation/0",
    "synthetic/0/2/train/0",
  ]);
  for (const [i, { clip }] of pictures.entries()) {
    for (const other of pictures.slice(i + 1)) {
      assert.notDeepEqual(clip.data, other.clip.data);
    }
  }
});

Deno.test("syntheticClips() describes a clip in any of the languages, and in two ways", async () => {
  const languages = ["en", "zu"];
  const clips = syntheticClips({ ...OPTIONS, languages });
  const captions = new Map<string, Set<string>>();
  for (let i = 0; i < 40; i++) {
    const { caption, language } = await clips.clipAt(0, SHAPE, new Rng(i));
    const known = captions.get(language) ?? new Set();
    captions.set(language, known.add(caption));
  }
  assert.deepEqual([...captions.keys()].sort(), languages);
  assert.equal(captions.get("en")!.size, 2);
});

Deno.test("syntheticClips() refuses a language that CLDR does not cover", () => {
  assert.throws(
    () => syntheticClips({ ...OPTIONS, languages: ["en", "tlh"] }),
    {
      name: "InputError",
      message:
        "Cannot describe synthetic clips: languages must be covered by " +
        'Unicode CLDR: current value is "tlh"; choose among ' +
        LANGUAGES.join(" "),
    },
  );
});

Deno.test("syntheticClips() shows as many shapes as it is told, in takes of their own", async () => {
  const shareOf = (shapes: number): number => {
    let count = 0;
    for (let index = 0; index < 60; index++) {
      const { labels } = planTake({ ...OPTIONS, index, shapes });
      if (objectKind(labels.subjects[0]!.object).outline) count++;
    }
    return count / 60;
  };
  assert.equal(shareOf(0), 0);
  assert.equal(shareOf(1), 1);
  const few = shareOf(0.2);
  assert.ok(few > 0.05 && few < 0.4, `${few}`);

  const usual = syntheticClips(OPTIONS);
  const others = syntheticClips({ ...OPTIONS, shapes: 0.2 });
  assert.equal(others.name, "synthetic phase 1 train, 20 % shapes");
  const { id } = await others.clipAt(3, SHAPE, new Rng(0));
  assert.equal(id, "synthetic/0/1/train, 20 % shapes/3");
  assert.equal(
    syntheticClips({ ...OPTIONS, shapes: 0.5 }).name,
    usual.name,
  );
});

Deno.test("syntheticClips() draws common objects at the asked rate and keeps the shapes", () => {
  const kindsOf = (common: number): string[] =>
    Array.from({ length: 120 }, (_, index) => {
      const { labels } = planTake({ ...OPTIONS, index, shapes: 0.25, common });
      return labels.subjects[0]!.object;
    });
  const shareOf = (kinds: string[], is: (kind: string) => boolean): number =>
    kinds.filter(is).length / kinds.length;
  const isShape = (kind: string): boolean =>
    objectKind(kind).outline !== undefined;
  const isCommon = (kind: string): boolean => COMMON_OBJECTS.includes(kind);
  const all = kindsOf(1);
  assert.ok(all.every((kind) => isShape(kind) || isCommon(kind)));
  const some = kindsOf(0.6);
  const shapes = shareOf(some, isShape);
  assert.ok(shapes > 0.15 && shapes < 0.35, `${shapes}`);
  // 0.6 of them, and 50 of 256 of the others.
  const common = shareOf(some, isCommon) / (1 - shapes);
  assert.ok(common > 0.55 && common < 0.8, `${common}`);

  const clips = syntheticClips({ ...OPTIONS, shapes: 0.25, common: 0.6 });
  assert.equal(
    clips.name,
    "synthetic phase 1 train, 25 % shapes, 60 % common",
  );
  assert.equal(
    syntheticClips({ ...OPTIONS, common: 0.6 }).name,
    "synthetic phase 1 train, 60 % common",
  );
});
