import assert from "node:assert/strict";
import { Rng } from "lib/core/mod.ts";
import { clipBatches, workerClips } from "lib/dataset/batches/mod.ts";
import { syntheticClips } from "lib/dataset/synthetic/mod.ts";
import { failingClips } from "./_numbered_clips.ts";

const OPTIONS = { phase: 2, split: "train", seed: 0, length: 8 } as const;
const SYNTHETIC = {
  module: import.meta.resolve("lib/dataset/synthetic/mod.ts"),
  make: "syntheticClips",
  options: OPTIONS,
};
const SHAPE = { frames: 2, height: 16, width: 16, fps: 8 };

Deno.test("workerClips() gives what the source gives on this thread", async () => {
  const here = syntheticClips(OPTIONS);
  using there = workerClips(here, SYNTHETIC, 2);
  const take = async (source: typeof here) => {
    const bucket = { source, shape: SHAPE, batch: 4 };
    const batchAt = clipBatches([bucket], 3, new Rng(3));
    return [await batchAt(0), await batchAt(1), await batchAt(2)];
  };
  assert.deepEqual(await take(there), await take(here));
  assert.deepEqual(
    await there.captionAt!(1, new Rng(2)),
    await here.captionAt!(1, new Rng(2)),
  );
});

Deno.test("workerClips() hands an error on with its message", async () => {
  const options = { message: "the film tore" };
  const module = new URL("./_numbered_clips.ts", import.meta.url).href;
  using clips = workerClips(
    failingClips(options),
    { module, make: "failingClips", options },
    1,
  );
  await assert.rejects(clips.clipAt(0, SHAPE, new Rng(0)), {
    name: "Error",
    message: "the film tore",
  });
});

Deno.test("workerClips() hands an InputError on as one, also from making the source", async () => {
  const options = { ...OPTIONS, languages: ["tlh"] };
  using clips = workerClips(
    syntheticClips(OPTIONS),
    { ...SYNTHETIC, options },
    1,
  );
  await assert.rejects(clips.clipAt(0, SHAPE, new Rng(0)), {
    name: "InputError",
    message: /^Cannot describe synthetic clips: .*current value is "tlh"/,
  });
});

Deno.test("workerClips() rejects what is waited for when it is ended", async () => {
  const clips = workerClips(syntheticClips(OPTIONS), SYNTHETIC, 1);
  const waiting = clips.clipAt(0, SHAPE, new Rng(0));
  clips[Symbol.dispose]();
  await assert.rejects(waiting, {
    name: "DisposedError",
    message: "Cannot make a clip: the workers must not be disposed of yet: " +
      "they were; await all clips first",
  });
});

Deno.test("workerClips() that were disposed of start no worker", async () => {
  const clips = workerClips(syntheticClips(OPTIONS), SYNTHETIC, 1);
  clips[Symbol.dispose]();
  clips[Symbol.dispose]();
  await assert.rejects(clips.clipAt(0, SHAPE, new Rng(0)), {
    name: "DisposedError",
    message: /^Cannot use the workers of synthetic phase /,
  });
});
