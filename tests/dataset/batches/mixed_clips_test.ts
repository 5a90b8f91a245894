import assert from "node:assert/strict";
import { Rng } from "lib/core/mod.ts";
import { mixedClips } from "lib/dataset/batches/mod.ts";
import { numberedClips } from "./_numbered_clips.ts";

const SHAPE = { frames: 1, height: 8, width: 8, fps: 8 };

Deno.test("mixedClips() mixes by weight and starts a short source again", async () => {
  const mix = mixedClips("mix", [
    { source: numberedClips("world", 100), weight: 2 },
    { source: numberedClips("real", 2), weight: 1 },
  ], 9);
  assert.equal(mix.name, "mix");
  assert.equal(mix.length, 9);
  const captions = [];
  for (let i = 0; i < 9; i++) {
    captions.push((await mix.clipAt(i, SHAPE, new Rng(0))).caption);
  }
  assert.deepEqual(captions, [
    "world 0",
    "world 1",
    "real 0",
    "world 2",
    "world 3",
    "real 1",
    "world 4",
    "world 5",
    "real 0",
  ]);
});

Deno.test("mixedClips() has captions without pictures only if all sources have", async () => {
  const plain = numberedClips("plain", 4);
  const told = {
    ...numberedClips("told", 4),
    captionAt: (index: number) =>
      Promise.resolve({ caption: `caption ${index}`, language: "en" }),
  };
  const weighted = (source: typeof plain) => ({ source, weight: 1 });
  const partly = mixedClips("mix", [plain, told].map(weighted), 8);
  assert.equal(partly.captionAt, undefined);
  const both = mixedClips("mix", [told, told].map(weighted), 8);
  assert.deepEqual(await both.captionAt!(7, new Rng(0)), {
    caption: "caption 3",
    language: "en",
  });
});

Deno.test("mixedClips() refuses a weight that is not above 0", () => {
  const source = numberedClips("real", 2);
  for (const weight of [0, -1, NaN, Infinity]) {
    assert.throws(() => mixedClips("mix", [{ source, weight }], 2), {
      name: "InputError",
      message: 'Cannot mix clips: the weight of "real" must be above 0: ' +
        `current value is ${weight}`,
    });
  }
});
