import assert from "node:assert/strict";
import { Rng } from "lib/core/mod.ts";
import { clipBatches } from "lib/dataset/batches/mod.ts";
import { numberedClips } from "./_numbered_clips.ts";

const SHAPE = { frames: 1, height: 8, width: 8, fps: 8 };

Deno.test("clipBatches() makes batch n from n, the seed and the generator alone", async () => {
  const bucket = { source: numberedClips("a", 7), shape: SHAPE, batch: 3 };
  const ids = async (seed: number, rng: number, n: number) =>
    (await clipBatches([bucket], seed, new Rng(rng))(n)).clips
      .map(({ id }) => id);
  assert.deepEqual(await ids(1, 2, 9), await ids(1, 2, 9));
  assert.notDeepEqual(await ids(3, 2, 9), await ids(1, 2, 9));
  // Another generator: the same clips, other parts of them.
  const [other, same] = [await ids(1, 5, 9), await ids(1, 2, 9)];
  assert.notDeepEqual(other, same);
  const names = (list: string[]) => list.map((id) => id.split("@")[0]);
  assert.deepEqual(names(other), names(same));
});

Deno.test("clipBatches() gives every batch the shape of its bucket", async () => {
  const wide = { ...SHAPE, width: 16 };
  const batchAt = clipBatches(
    [
      { source: numberedClips("square", 8), shape: SHAPE, batch: 2 },
      { source: numberedClips("wide", 2), shape: wide, batch: 1 },
    ],
    0,
    new Rng(0),
  );
  const seen = { square: 0, wide: 0 };
  for (let n = 0; n < 6; n++) {
    const { shape, clips } = await batchAt(n);
    const isWide = shape.width === 16;
    seen[isWide ? "wide" : "square"] += clips.length;
    assert.ok(clips.every(({ clip, caption }) =>
      clip.width === shape.width &&
      caption.startsWith(isWide ? "wide" : "square")
    ));
  }
  assert.deepEqual(seen, { square: 8, wide: 2 });
});
