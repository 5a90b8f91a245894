import assert from "node:assert/strict";
import {
  type Batch,
  batches,
  type BatchesOptions,
  type ClipSource,
} from "lib/dataset/batches/mod.ts";
import { numberedClips } from "./_numbered_clips.ts";

const BUCKET = { frames: 2, height: 4, width: 6, fps: 8, batch: 3 };
const OPTIONS: BatchesOptions = {
  sources: [
    { source: numberedClips("a", 10), weight: 2 },
    { source: numberedClips("b", 10), weight: 1 },
  ],
  buckets: [BUCKET, { ...BUCKET, frames: 4 }],
  seed: 7,
};

async function take(options: BatchesOptions, count: number): Promise<Batch[]> {
  await using loader = batches(options);
  const taken: Batch[] = [];
  while (taken.length < count) taken.push(await loader.next());
  return taken;
}

Deno.test("batches() gives clips of the bucket's shape, one epoch after another", async () => {
  const taken = await take(OPTIONS, 13);
  for (const { bucket, clips } of taken) {
    assert.equal(clips.length, 3);
    for (const { clip } of clips) {
      assert.deepEqual(
        [clip.frames, clip.height, clip.width, clip.fps],
        [bucket.frames, 4, 6, 8],
      );
    }
  }
  // 20 clips an epoch are 6 batches of 3.
  assert.deepEqual(
    taken.map(({ epoch }) => epoch),
    [0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 1, 2],
  );
});

Deno.test("batches() goes on from a cursor as if nothing had happened, at any place", async () => {
  const all = await take(OPTIONS, 14);
  for (const stop of [1, 5, 6, 7, 12]) {
    await using loader = batches(OPTIONS);
    for (let i = 0; i < stop; i++) await loader.next();
    const cursor = JSON.parse(JSON.stringify(loader.cursor));
    assert.deepEqual(
      await take({ ...OPTIONS, cursor }, 14 - stop),
      all.slice(stop),
    );
  }
});

Deno.test("batches() does not depend on how far it looks ahead", async () => {
  assert.deepEqual(
    await take({ ...OPTIONS, ahead: 0 }, 8),
    await take({ ...OPTIONS, ahead: 5 }, 8),
  );
});

Deno.test("batches() makes the next batches while one is in use, and no more", async () => {
  const asked: number[] = [];
  const source: ClipSource = {
    ...numberedClips("a", 12),
    clipAt(index, shape, rng) {
      asked.push(index);
      return numberedClips("a", 12).clipAt(index, shape, rng);
    },
  };
  await using loader = batches({
    sources: [{ source }],
    buckets: [{ ...BUCKET, batch: 1 }],
    seed: 0,
    ahead: 2,
  });
  await loader.next();
  assert.equal(asked.length, 3);
  await loader.next();
  assert.equal(asked.length, 4);
});

Deno.test("batches() takes another part of a clip in each epoch, until all of it is used", async () => {
  const taken = await take({
    sources: [{ source: numberedClips("a", 2) }],
    buckets: [{ ...BUCKET, batch: 2 }],
    seed: 0,
  }, 60);
  const starts = taken.flatMap(({ clips }) => clips)
    .filter(({ id }) => id.startsWith("a/0"))
    .map(({ id }) => Number(id.split("@")[1]))
    .sort((a, b) => a - b);
  assert.equal(starts.length, 60);
  const gaps = starts.map((start, i) => start - (starts[i - 1] ?? 0));
  assert.ok(Math.max(...gaps, 1 - starts.at(-1)!) < 0.15, `${starts}`);
});

Deno.test("batches() throws what a source throws where the batch is due, and tries again", async () => {
  let broken = true;
  const whole = numberedClips("a", 4);
  const source: ClipSource = {
    ...whole,
    clipAt: (index, shape, rng) =>
      broken && index === 2
        ? Promise.reject(new Error("the disk is gone"))
        : whole.clipAt(index, shape, rng),
  };
  const options = {
    sources: [{ source }],
    buckets: [{ ...BUCKET, batch: 1 }],
    seed: 0,
  };
  await using loader = batches(options);
  const seen: string[] = [];
  let error: unknown;
  while (error === undefined) {
    await loader.next().then(
      ({ clips }) => seen.push(clips[0]!.caption),
      (thrown) => error = thrown,
    );
  }
  assert.equal((error as Error).message, "the disk is gone");
  broken = false;
  while (seen.length < 4) seen.push((await loader.next()).clips[0]!.caption);
  assert.deepEqual(seen.toSorted(), ["a 0", "a 1", "a 2", "a 3"]);
});

Deno.test("batches() refuses the cursor of another order", async () => {
  await using loader = batches(OPTIONS);
  const { cursor } = loader;
  assert.throws(() => batches({ ...OPTIONS, seed: 8, cursor }), {
    name: "InputError",
    message:
      /^Cannot go on loading batches: the sources, weights, buckets and seed must be those of the cursor: they make the order [0-9a-f]{8}, the cursor stands in [0-9a-f]{8}; use the same options, or begin anew without a cursor$/,
  });
});

Deno.test("batches() names the option that cannot be used", () => {
  const cases: [Partial<BatchesOptions>, string][] = [
    [{ sources: [] }, "sources must name one or more: current value is []"],
    [{ buckets: [] }, "buckets must name one or more: current value is []"],
    [{ seed: 0.5 }, "seed must be a whole number from 0: current value is 0.5"],
    [
      { sources: [{ source: numberedClips("a", 0) }] },
      'length of "a" must be a whole number from 1: current value is 0',
    ],
    [
      { sources: [{ source: numberedClips("a", 9), weight: 0 }] },
      'weight of "a" must be above 0: current value is 0',
    ],
    [
      { buckets: [{ ...BUCKET, fps: 0 }] },
      "fps of a bucket must be above 0: current value is 0",
    ],
    [
      { buckets: [{ ...BUCKET, batch: 0 }] },
      "batch of a bucket must be a whole number from 1: current value is 0",
    ],
  ];
  for (const [change, rule] of cases) {
    assert.throws(() => batches({ ...OPTIONS, ...change }), {
      name: "InputError",
      message: `Cannot load batches: ${rule}`,
    });
  }
});
