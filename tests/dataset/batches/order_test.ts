import assert from "node:assert/strict";
import { orderOf } from "lib/dataset/batches/mod.ts";
import { numberedClips } from "./_numbered_clips.ts";

const BUCKET = { frames: 1, height: 8, width: 8, fps: 8, batch: 2 };

/** How often each clip of each source comes in some epochs. */
function countsOf(
  options: Parameters<typeof orderOf>[0],
  epochs: number,
): number[][] {
  const counts = options.sources.map(({ source }) =>
    new Array<number>(source.length).fill(0)
  );
  for (let epoch = 0; epoch < epochs; epoch++) {
    for (const { clips } of orderOf(options, epoch)) {
      for (const { source, index } of clips) counts[source]![index]!++;
    }
  }
  return counts;
}

Deno.test("orderOf() is the same for the same epoch, and another for another", () => {
  const options = {
    sources: [{ source: numberedClips("a", 20) }],
    buckets: [BUCKET],
    seed: 1,
  };
  assert.deepEqual(orderOf(options, 3), orderOf(options, 3));
  assert.notDeepEqual(orderOf(options, 3), orderOf(options, 4));
  assert.notDeepEqual(orderOf(options, 3), orderOf({ ...options, seed: 2 }, 3));
});

Deno.test("orderOf() gives each clip once in an epoch where there are no weights", () => {
  const options = {
    sources: [
      { source: numberedClips("a", 7) },
      { source: numberedClips("b", 3) },
    ],
    buckets: [BUCKET],
    seed: 0,
  };
  const all = [...new Array(7).fill(1), ...new Array(3).fill(1)];
  assert.deepEqual(countsOf(options, 1).flat(), all);
  assert.deepEqual(countsOf(options, 5).flat(), all.map(() => 5));
});

Deno.test("orderOf() mixes by weights: a small source comes again, a large one goes on", () => {
  const options = {
    sources: [
      { source: numberedClips("real", 4), weight: 1 },
      { source: numberedClips("synthetic", 36), weight: 1 },
    ],
    buckets: [BUCKET],
    seed: 0,
  };
  const [real, synthetic] = countsOf(options, 1);
  assert.deepEqual(real, [5, 5, 5, 5]);
  assert.equal(synthetic!.filter((count) => count === 1).length, 20);
  // After 9 epochs of 20, the 36 have all come 5 times.
  assert.deepEqual(countsOf(options, 9)[1], new Array(36).fill(5));
});

Deno.test("orderOf() gives every batch one bucket, in proportion to their weights", () => {
  const options = {
    sources: [{ source: numberedClips("a", 3000) }],
    buckets: [{ ...BUCKET, weight: 3 }, {
      ...BUCKET,
      frames: 9,
      batch: 1,
      weight: 1,
    }],
    seed: 0,
  };
  const order = orderOf(options, 0);
  const long = order.filter(({ bucket }) => bucket.frames === 9);
  assert.ok(long.every(({ clips }) => clips.length === 1));
  const share = long.length / order.length;
  assert.ok(Math.abs(share - 0.25) < 0.03, `${share}`);
});

Deno.test("orderOf() leaves out what makes no whole batch, other clips in each epoch", () => {
  const options = {
    sources: [{ source: numberedClips("a", 5) }],
    buckets: [{ ...BUCKET, batch: 4 }],
    seed: 0,
  };
  const [counts] = countsOf(options, 60);
  assert.equal(counts!.reduce((a, b) => a + b, 0), 240);
  assert.ok(Math.min(...counts!) > 36, `${counts}`);
});

Deno.test("orderOf() refuses an epoch without a whole batch", () => {
  assert.throws(
    () =>
      orderOf({
        sources: [{ source: numberedClips("a", 3) }],
        buckets: [{ ...BUCKET, batch: 4 }],
        seed: 0,
      }, 0),
    {
      name: "InputError",
      message:
        "Cannot make batches: an epoch must have as many clips as a batch, 4: " +
        "current value is 3; make the batches smaller or the sources longer",
    },
  );
});
