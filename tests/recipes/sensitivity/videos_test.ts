import assert from "node:assert/strict";
import { type Clip, Rng, silentProgress } from "lib/core/mod.ts";
import { writeMp4 } from "lib/dataset/encode/mod.ts";
import type { FeatureSetting } from "lib/evaluation/mod.ts";
import {
  sensitivityOfVideos,
  sensitivityTable,
} from "lib/recipes/sensitivity/videos.ts";

/** Stripes that go a pixel a frame. */
function clipOf(seed: number): Clip {
  const [frames, size] = [8, 32];
  const rng = new Rng(seed);
  const [light, period] = [0.3 + 0.4 * rng.uniform(), 5 + rng.integer(9)];
  const data = Float32Array.from(
    { length: frames * size * size * 3 },
    (_, i) => {
      const x = Math.floor(i / 3) % size;
      const t = Math.floor(i / 3 / size / size);
      return light + 0.2 * Math.sin((x + t) / period * 6.28);
    },
  );
  return { frames, height: size, width: size, fps: 8, data };
}

/** Features of clips, and those that were computed. */
function network(
  name: string,
  dimension: number,
  featuresOf: (clip: Clip) => Float32Array,
) {
  const seen: Clip[] = [];
  return {
    seen,
    batch: 2,
    setting: {
      network: name,
      weights: "ab",
      layer: "all",
      dimension,
      resize: "none",
    } satisfies Partial<FeatureSetting>,
    featuresOf(clips: readonly Clip[]) {
      seen.push(...clips);
      return Promise.resolve(clips.map(featuresOf));
    },
    distance: (a: Clip, b: Clip) =>
      Promise.resolve(Math.abs(a.data[100]! - b.data[100]!)),
    predict: () => Promise.reject(new Error("unused")),
    [Symbol.dispose]() {},
  };
}

Deno.test("sensitivityOfVideos() damages a folder's clips, computing features once", async () => {
  const folder = await Deno.makeTempDir();
  for (let i = 0; i < 9; i++) await writeMp4(`${folder}/${i}.mp4`, clipOf(i));
  const inception = network("inception", 2, ({ data }) => {
    const mean = data.reduce((sum, x) => sum + x, 0) / data.length;
    const half = data.length / 2;
    return Float32Array.of(mean, data[half]! - data[half - 32 * 32 * 3]!);
  });
  const world3d = {
    ...network("world3d", 1, ({ data }) => data.slice(0, 1)),
    shape: { frames: 8, height: 8, width: 8, fps: 8 },
  };
  const found = await sensitivityOfVideos({ data: folder, clips: 6 }, {
    inception,
    world3d,
    progress: silentProgress,
    signal: new AbortController().signal,
  });
  await Deno.remove(folder, { recursive: true });
  assert.equal(found.clips, 6);
  // Real clips, and five damages.
  assert.equal(inception.seen.length, 6 * 6);
  assert.equal(new Set(inception.seen).size, 6 * 6);
  const { columns, rows } = sensitivityTable(found);
  assert.deepEqual(columns.slice(0, 5), [
    "damage",
    "FPD",
    "FPD, kernel",
    "FWD",
    "FWD, kernel",
  ]);
  assert.deepEqual(rows.map(([name]) => name), [
    "none (halves)",
    "noise",
    "blur",
    "frozen",
    "shuffled frames",
    "reversed clips",
  ]);
  assert.ok(rows.every((row) => row.length === columns.length));
  const dynamic = columns.indexOf("dynamic degree");
  assert.ok(Number(rows[0]![dynamic]) > 0);
  assert.equal(rows[3]![dynamic], "0");
});
