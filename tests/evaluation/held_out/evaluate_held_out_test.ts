import assert from "node:assert/strict";
import { type Clip, Rng, silentProgress } from "lib/core/mod.ts";
import type { Ranks } from "lib/ranks/mod.ts";
import { ranksInOneProcess } from "../../ranks/_ranks_in_one_process.ts";
import {
  evaluateHeldOut,
  type FeatureNetwork,
  type HeldOutClips,
  type HeldOutResult,
  heldOutResult,
  type LabelScore,
} from "lib/evaluation/mod.ts";

const [FRAMES, SIZE] = [8, 16];

/** A clip of one colour whose stripes go a pixel a frame. */
function clipOf(seed: number, light = 0.5): Clip {
  const rng = new Rng(seed);
  const colour = [0, 1, 2].map(() => light * (0.5 + rng.uniform()));
  const period = 3 + rng.integer(6);
  const data = new Float32Array(FRAMES * SIZE * SIZE * 3);
  for (let i = 0; i < data.length; i++) {
    const x = Math.floor(i / 3) % SIZE;
    const t = Math.floor(i / 3 / SIZE / SIZE);
    data[i] = colour[i % 3]! * (0.7 + 0.3 * Math.sin((x + t) / period * 6.28));
  }
  return { frames: FRAMES, height: SIZE, width: SIZE, fps: 8, data };
}

/** Mean and contrast of each colour. */
const network: FeatureNetwork = {
  setting: {
    network: "means",
    weights: "ab",
    layer: "mean",
    dimension: 6,
    resize: "none",
  },
  batch: 3,
  featuresOf: (clips) =>
    Promise.resolve(clips.map(({ data }) => {
      const row = new Float32Array(6);
      const n = data.length / 3;
      data.forEach((x, i) => row[i % 3]! += x / n);
      data.forEach((x, i) => row[3 + i % 3]! += Math.abs(x - row[i % 3]!) / n);
      return row;
    })),
  [Symbol.dispose]() {},
};

const pair = {
  name: "mean difference",
  distance: (a: Clip, b: Clip) =>
    Promise.resolve(
      a.data.reduce((sum, x, i) => sum + Math.abs(x - b.data[i]!), 0) /
        a.data.length,
    ),
};

function evaluate(
  clips: HeldOutClips,
  ranks?: Ranks,
): Promise<HeldOutResult> {
  return evaluateHeldOut(clips, {
    networks: [network],
    pairs: [pair],
    latentFrames: { stride: 4 },
    seed: 1,
    progress: silentProgress,
    signal: new AbortController().signal,
    ranks,
  });
}

function clips(from: number, count: number, light = 0.5): Clip[] {
  return Array.from({ length: count }, (_, i) => clipOf(from + i, light));
}

const real = clips(0, 32);
const trained = clips(100, 48);
const training = {
  count: trained.length,
  clipAt: (i: number) => Promise.resolve(trained[i]!),
};

Deno.test("evaluateHeldOut() takes the PSNR of clips that the VAE changes; null for none", async () => {
  const few = real.slice(0, 4);
  const psnrOf = async (reconstructed: Clip[]) => {
    const result = await evaluate({ real: few, reconstructed });
    const stored = JSON.parse(JSON.stringify(result));
    return heldOutResult.parse(stored).reconstruction!.psnr;
  };
  assert.deepEqual(await psnrOf(few), { mean: null, std: null, clips: 0 });
  const [first, ...rest] = few;
  const changed = { ...first!, data: first!.data.map((x) => x + 0.1) };
  const { mean, std, clips } = await psnrOf([changed, ...rest]);
  assert.deepEqual([mean!.toFixed(1), std, clips], ["20.0", null, 1]);
});

Deno.test("evaluateHeldOut() sets good and bad clips beside the floor, as plain data", async () => {
  const result = await evaluate({
    real,
    reconstructed: real.map((clip) => ({
      ...clip,
      data: clip.data.map((x) => x + 0.02),
    })),
    generated: clips(200, 32, 0.9),
    training,
  });
  assert.deepEqual(heldOutResult.parse(structuredClone(result)), result);
  const { reconstruction, floor, distances, motion } = result;
  assert.equal(reconstruction!.psnr.mean!.toFixed(1), "34.0");
  assert.equal(
    reconstruction!.distances["mean difference"]!.mean.toFixed(3),
    "0.020",
  );
  assert.equal(floor[0]!.metric, "Fréchet means distance");
  assert.equal(floor[0]!.clips, 16);
  const [near, far] = [distances.reconstructed![0]!, distances.generated![0]!];
  assert.ok(
    near.ofHalf!.frechet < 2 * floor[0]!.frechet,
    `${near.ofHalf!.frechet}`,
  );
  assert.ok(
    far.ofHalf!.frechet > 5 * floor[0]!.frechet,
    `${far.ofHalf!.frechet}`,
  );
  assert.ok(far.frechet > 3 * far.spread!);
  assert.ok(far.kernel.value > 3 * far.kernel.error!);
  assert.ok(Math.abs(floor[0]!.kernel.value) < 3 * floor[0]!.kernel.error!);
  assert.equal(motion.real.clips, 32);
  assert.equal(motion.generated!.seamChange.clips, 32);
});

Deno.test("evaluateHeldOut() finds memorised clips, and none among fresh ones", async () => {
  const copies = trained.slice(0, 8).map((clip) => ({
    ...clip,
    data: clip.data.map((x, i) => x + 0.01 * Math.sin(i)),
  }));
  const { nearest } = await evaluate({
    real,
    generated: [...copies, ...clips(200, 24)],
    training,
  });
  assert.equal(nearest!.training, 48);
  assert.equal(nearest!.real.length, 32);
  const first = nearest!.generated.slice(0, 8);
  assert.deepEqual(
    first.map(({ clip }) => clip).toSorted((a, b) => a - b),
    [0, 1, 2, 3, 4, 5, 6, 7],
  );
  for (const { clip, training, distance, psnr } of first) {
    assert.equal(training, clip);
    assert.ok(distance < nearest!.threshold, `${distance}`);
    assert.ok(psnr! > 40, `${psnr}`);
  }
  assert.ok(nearest!.below >= 8 && nearest!.below <= 13, `${nearest!.below}`);
});

/** Clips that are bright or dim, as their labels say, and generated ones, all bright. */
function litClips(): HeldOutClips {
  const labelOf = (i: number) => ({ light: i % 2 ? "bright" : "dim" });
  const made = (from: number, count: number) =>
    Array.from(
      { length: count },
      (_, i) => clipOf(from + i, i % 2 ? 0.9 : 0.3),
    );
  const lit = made(300, 24);
  return {
    real: made(400, 8),
    generated: clips(500, 8, 0.9),
    labels: Array.from({ length: 8 }, (_, i) => labelOf(i)),
    training: {
      count: lit.length,
      clipAt: (i) => Promise.resolve(lit[i]!),
      labels: lit.map((_, i) => labelOf(i)),
    },
  };
}

Deno.test("ranks share the clips of evaluateHeldOut() and find what one process finds", async () => {
  const one = await evaluate(litClips());
  for (const size of [2, 5]) {
    const found = await Promise.all(
      ranksInOneProcess(size).map((ranks) => evaluate(litClips(), ranks)),
    );
    for (const result of found) assert.deepEqual(result, one);
  }
});

Deno.test("evaluateHeldOut() judges labels by looks and by motion", async () => {
  const { labels } = await evaluate(litClips());
  assert.deepEqual(labels!.map(({ judge }) => judge), [
    "means",
    "colours",
    "optical flow",
  ]);
  assert.equal(labels![1]!.real.correct, 8);
  assert.equal(labels![1]!.generated!.correct, 4);
  const [{ real, generated }] = labels as [LabelScore, LabelScore];
  assert.ok(real.correct >= 7, `${real.correct}`);
  assert.equal(generated!.classes.dim!.correct, 0);
  assert.equal(generated!.classes.bright!.correct, 4);
});

Deno.test("evaluateHeldOut() gives the real clips alone their floor and motion", async () => {
  const fewer = await evaluate({ real, generated: clips(200, 8) });
  assert.equal(fewer.distances.generated![0]!.ofHalf, null);
  const result = await evaluate({ real });
  assert.deepEqual(Object.keys(result), ["floor", "distances", "motion"]);
  assert.deepEqual(result.distances, {});
  assert.deepEqual(Object.keys(result.motion), ["real"]);
});

Deno.test("evaluateHeldOut() refuses too few clips and sets of other numbers", async () => {
  const cases: [HeldOutClips, RegExp][] = [
    [
      { real: real.slice(0, 3) },
      /^Cannot evaluate on held-out clips: there must be at least 4 real ones: there are 3; pass more clips$/,
    ],
    [
      { real, reconstructed: real.slice(1) },
      /as many reconstructed ones as the 32 real ones: there are 31/,
    ],
    [
      { real, generated: real.slice(31) },
      /there must be at least 2 generated ones: there are 1/,
    ],
    [
      { real, training: { ...training, count: 1 } },
      /there must be at least 2 training clips: there are 1/,
    ],
  ];
  for (const [clips, message] of cases) {
    await assert.rejects(evaluate(clips), { name: "InputError", message });
  }
});
