import assert from "node:assert/strict";
import { Rng } from "lib/core/mod.ts";
import { LANGUAGES } from "lib/dataset/captions/mod.ts";
import { sceneSpec, syntheticClips } from "lib/dataset/synthetic/mod.ts";
import { objectKind } from "lib/dataset/vocabulary/mod.ts";

const SHAPE = { frames: 4, height: 32, width: 32, fps: 4 };
const OPTIONS = { phase: 1, split: "train", seed: 0, length: 10 } as const;

Deno.test("syntheticClips() returns the same clip for the same index in any order", async () => {
  const [one, two] = [syntheticClips(OPTIONS), syntheticClips(OPTIONS)];
  await two.clipAt(3, SHAPE, new Rng(1));
  assert.deepEqual(
    await one.clipAt(5, SHAPE, new Rng(0)),
    await two.clipAt(5, SHAPE, new Rng(0)),
  );
});

Deno.test("syntheticClips() differ by index, seed, split and phase", async () => {
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

Deno.test("syntheticClips() describes a clip in all languages and both forms", async () => {
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

Deno.test("syntheticClips() rejects a language that CLDR does not cover", () => {
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

Deno.test("half of the subjects of synthetic clips are shapes in colours", () => {
  let shapes = 0;
  for (let index = 0; index < 200; index++) {
    const { labels } = sceneSpec({ ...OPTIONS, index });
    if (objectKind(labels.subjects[0]!.object).outline) shapes++;
  }
  assert.ok(shapes > 80 && shapes < 120, `${shapes}`);
});
