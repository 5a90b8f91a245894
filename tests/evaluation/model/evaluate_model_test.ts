import assert from "node:assert/strict";
import { openDevice } from "lib/compiler/mod.ts";
import { type Clip, Rng, silentProgress } from "lib/core/mod.ts";
import { Sprites } from "lib/dataset/synthetic/mod.ts";
import type { Ranks } from "lib/ranks/mod.ts";
import { ranksInOneProcess } from "../../ranks/_ranks_in_one_process.ts";
import { COMMON_OBJECTS } from "lib/dataset/vocabulary/mod.ts";
import {
  type EvaluatedModel,
  evaluateModel,
  type Evaluation,
  type FeatureNetwork,
  initWorld3d,
  MOVING_SHAPES,
  openWorld3d,
  phasePrompts,
  type PromptCounts,
  promptsFor,
  scenesShowing,
  WORLD3D,
} from "lib/evaluation/mod.ts";

const SIGMAS = [0.1, 0.5, 0.9];

/** Of all evaluations. */
const [SEED, CLIPS] = [3, 36];
const CONFIG = {
  ...WORLD3D,
  still: [8, 8, 8] as [number, number, number],
  motion: [8, 8, 8] as [number, number, number],
  features: [8, 8] as [number, number],
};
const SHAPE = { frames: 16, height: 64, width: 64, fps: 8 };

/** A model that returns the real clip of each prompt, changed as a test wants. */
function copying(
  change: (clip: Clip) => Clip,
): EvaluatedModel & { generated: number } {
  const known = new Map<string, Clip>();
  return {
    name: "copying",
    phase: 1,
    identity: change.name,
    vae: change.name,
    latentFrames: { stride: 4 },
    generated: 0,
    async generate(prompts) {
      this.generated += prompts.length;
      if (known.size === 0) await learn(known);
      return prompts.map((prompt) => change(known.get(prompt)!));
    },
    reconstruct: (clips) => Promise.resolve(clips.map(change)),
    // The sigma for each clip under its own prompt, twice that under another.
    async heldOutLoss(clips) {
      if (known.size === 0) await learn(known);
      const wrong = clips.filter(({ clip, caption }) =>
        known.get(caption)?.data[999] !== clip.data[999]
      );
      return new Map(
        SIGMAS.map((sigma) => [sigma, sigma * (clips.length + wrong.length)]),
      );
    },
    [Symbol.dispose]() {},
  };
}

/** All clips that the tests ask for, by their prompts. */
async function learn(known: Map<string, Clip>): Promise<void> {
  const sprites = new Sprites();
  const sets = [
    phasePrompts({ phase: 1, seed: SEED, count: CLIPS }, sprites),
    ...(["en", "ja"] as const).flatMap((language) =>
      (["sentence", "names"] as const).map((form) =>
        promptsFor(
          scenesShowing(MOVING_SHAPES, MOVING_SHAPES.length, SEED),
          { language, forms: [form] },
          sprites,
        )
      )
    ),
    promptsFor(
      scenesShowing(
        COMMON_OBJECTS.map((object) => ({ object })),
        COMMON_OBJECTS.length,
        SEED,
      ),
      { language: "en", forms: ["sentence"] },
      sprites,
    ),
  ];
  for (const prompts of sets) {
    for (let i = 0; i < prompts.count; i++) {
      const { prompt } = await prompts.at(i);
      if (!known.has(prompt)) {
        known.set(prompt, await prompts.realClip(i, SHAPE));
      }
    }
  }
}

const same = (clip: Clip): Clip => clip;

const dimmed = (clip: Clip): Clip => ({
  ...clip,
  data: clip.data.map((x) => 0.4 * x),
});

/** Back to front. */
function reversed(clip: Clip): Clip {
  const size = clip.data.length / clip.frames;
  const data = new Float32Array(clip.data.length);
  for (let t = 0; t < clip.frames; t++) {
    data.set(
      clip.data.subarray(t * size, (t + 1) * size),
      (clip.frames - 1 - t) * size,
    );
  }
  return { ...clip, data };
}

/** Every latent frame shows its first frame only. */
function held(clip: Clip): Clip {
  const size = clip.data.length / clip.frames;
  const data = clip.data.slice();
  for (let t = 0; t < clip.frames; t++) {
    const from = Math.floor(t / 4) * 4 * size;
    data.set(clip.data.subarray(from, from + size), t * size);
  }
  return { ...clip, data };
}

async function evaluated(
  model: EvaluatedModel,
  { cache, prompts, i3d, ranks }: {
    cache: string;
    prompts?: PromptCounts;
    i3d?: FeatureNetwork;
    ranks?: Ranks;
  },
) {
  using device = await openDevice("cpu");
  using world3d = await openWorld3d(device, {
    config: CONFIG,
    parameters: initWorld3d(CONFIG, new Rng(1)),
    digest: "cd",
  });
  return await evaluateModel(model, {
    world3d,
    seed: SEED,
    phases: [1],
    clips: CLIPS,
    heldOut: 8,
    ...(prompts && { prompts }),
    ...(i3d && { i3d }),
    ranks,
    batch: 20,
    cache,
    progress: silentProgress,
    signal: new AbortController().signal,
    clock: () => performance.now(),
  });
}

Deno.test("evaluateModel() of a model that copies real clips finds no distance", async () => {
  const cache = await Deno.makeTempDir();
  const prompts = {
    geometry: 24,
    perLanguage: 12,
    languages: ["en", "ja"],
    perObject: 1,
  };
  const model = copying(same);
  const { evaluation, samples } = await evaluated(model, { cache, prompts });
  const [phase] = evaluation.phases;
  const { distances, adherence, temporal, seams, reconstruction } = phase!;
  assert.equal(distances[0]!.metric, "FWD");
  assert.ok(Math.abs(distances[0]!.frechet) < 1e-6);
  assert.deepEqual(distances[0]!.clips, { a: CLIPS, b: CLIPS });
  assert.deepEqual(adherence.generated, adherence.real);
  assert.deepEqual(temporal.generated, temporal.real);
  assert.deepEqual(seams.generated, seams.real);
  assert.ok(Math.abs(seams.real.median! - 1) < 0.05, `${seams.real.median}`);
  assert.equal(seams.real.clips + seams.real.leftOut, CLIPS);
  assert.ok(seams.real.clips > 10 && seams.real.leftOut > 0);
  // By geometry, which needs no training, real clips show what was asked.
  const { correct, total } = adherence.generated.direction!;
  assert.ok(total > 10 && correct === total, `${correct} of ${total}`);
  assert.deepEqual(reconstruction, {
    psnr: null,
    psnrError: 0,
    ssim: reconstruction.ssim,
    seams: reconstruction.seams,
    clips: 8,
  });
  assert.ok(Math.abs(reconstruction.ssim - 1) < 1e-9);
  assert.ok(Math.abs(reconstruction.seams.median! - 1) < 0.1);
  assert.equal(phase!.heldOutLoss.bySigma["0.5"], 4);
  const { forms, real, reconstructed, languages, objects } = evaluation
    .prompts!;
  assert.deepEqual(forms.map(({ example }) => example), [
    "a red circle moves right",
    "red circle, right arrow",
  ]);
  for (const { scores } of forms) {
    assert.deepEqual(scores.direction, { correct: 24, total: 24 });
    assert.deepEqual(scores.hue, { correct: 24, total: 24 });
  }
  assert.deepEqual(real.direction, { correct: 72, total: 72 });
  assert.deepEqual(reconstructed, real, "its VAE loses nothing");
  assert.deepEqual(objects.reconstructed, objects.real);
  assert.deepEqual(Object.keys(languages), ["en", "ja"]);
  assert.deepEqual(languages.ja!.hue, { correct: 12, total: 12 });
  assert.equal(Object.keys(objects.byName).length, 50);
  assert.deepEqual(objects.generated, objects.real);
  assert.equal(objects.byName.cat!.generated.object!.total, 1);
  const { nameLoss } = objects; // of 50 clips, the mean sigma 0.5
  assert.ok(Math.abs(nameLoss!.own - 25) < 1e-9, `${nameLoss!.own}`);
  assert.ok(Math.abs(nameLoss!.swapped - 50) < 1e-9, `${nameLoss!.swapped}`);
  assert.equal(evaluation.generated.clips, CLIPS + 2 * 24 + 2 * 12 + 50);
  assert.equal(samples.length, 3);
  assert.deepEqual(samples[0]!.real, samples[0]!.generated);

  // Scores are cached: only the samples are generated again.
  const before = model.generated;
  const again = await evaluated(model, { cache, prompts });
  assert.equal(model.generated, before + 3);
  assert.deepEqual(again.evaluation, evaluation);
  // Other settings of the sampler are another model.
  const other = copying(dimmed);
  await evaluated(other, { cache });
  assert.equal(other.generated, CLIPS + 3);
  await Deno.remove(cache, { recursive: true });
});

Deno.test("evaluateModel() finds wrong directions, dark clips and jumps at seams", async () => {
  const cache = await Deno.makeTempDir();
  const phaseOf = async (change: (clip: Clip) => Clip) =>
    (await evaluated(copying(change), { cache })).evaluation.phases[0]!;
  const back = await phaseOf(reversed);
  const asked = { geometry: 12, perLanguage: 0, languages: [], perObject: 0 };
  const { real, reconstructed } = (await evaluated(copying(reversed), {
    cache,
    prompts: asked,
  })).evaluation.prompts!;
  assert.equal(real.direction!.correct, 12);
  assert.deepEqual(reconstructed.direction, { correct: 0, total: 12 });
  const { direction, hue } = back.adherence.generated;
  assert.equal(direction!.correct, 0);
  assert.equal(hue!.correct, hue!.total);
  const dark = await phaseOf(dimmed);
  assert.ok(dark.distances[0]!.frechet > 0.01);
  const dim = dark.adherence.generated.hue!;
  assert.ok(dim.correct < dim.total);
  assert.ok(dark.reconstruction.psnr! < 20);
  const { generated, real: steady } = (await phaseOf(held)).seams;
  assert.ok(generated.median! > 10 * steady.median!, `${generated.median}`);
  await Deno.remove(cache, { recursive: true });
});

Deno.test("evaluateModel() with I3D gives FVD beside FWD, with n, spread and warnings", async () => {
  const cache = await Deno.makeTempDir();
  const i3d: FeatureNetwork = {
    setting: {
      network: "i3d",
      weights: "ef",
      layer: "logits",
      dimension: 4,
      resize: "bilinear to 224x224",
    },
    batch: 5,
    featuresOf(clips) {
      assert.ok(clips.length <= this.batch);
      return Promise.resolve(clips.map(({ data }) => data.slice(0, 4)));
    },
    [Symbol.dispose]() {},
  };
  const { evaluation } = await evaluated(copying(dimmed), {
    cache,
    i3d,
  });
  const [fwd, fvd] = evaluation.phases[0]!.distances;
  assert.equal(fwd!.metric, "FWD");
  assert.equal(fvd!.metric, "FVD");
  assert.deepEqual(fvd!.clips, { a: CLIPS, b: CLIPS });
  assert.ok(fvd!.frechet > 0 && fvd!.spread! > 0 && fvd!.curve);
  assert.deepEqual(fvd!.warnings, []);
  assert.equal(fwd!.warnings.length, 0);
  assert.equal(fvd!.setting.weights, "ef");
  await Deno.remove(cache, { recursive: true });
});

Deno.test("evaluateModel() that was stopped goes on from the cache", async () => {
  const cache = await Deno.makeTempDir();
  const model = copying(same);
  const failing: EvaluatedModel = {
    ...model,
    heldOutLoss: () => Promise.reject(new Error("stopped here")),
  };
  await assert.rejects(evaluated(failing, { cache }), /stopped here/);
  await evaluated(model, { cache });
  assert.equal(model.generated, 3, "the phase is not generated again");
  await Deno.remove(cache, { recursive: true });
});

Deno.test("ranks share the clips of evaluateModel() and find what one process finds", async () => {
  const cache = await Deno.makeTempDir();
  const prompts = {
    geometry: 24,
    perLanguage: 0,
    languages: [],
    perObject: 1,
  };
  const plain = ({ generated, ...rest }: Evaluation) => ({
    ...rest,
    generated: generated.clips, // their seconds differ
  });
  const alone = copying(dimmed);
  const one = await evaluated(alone, { cache: `${cache}/1`, prompts });
  const models = [copying(dimmed), copying(dimmed)];
  const found = await Promise.all(
    ranksInOneProcess(2).map((ranks) =>
      evaluated(models[ranks.rank]!, { cache: `${cache}/2`, prompts, ranks })
    ),
  );
  for (const { evaluation } of found) {
    assert.deepEqual(plain(evaluation), plain(one.evaluation));
  }
  assert.deepEqual(found.map(({ samples }) => samples.length), [3, 0]);
  // Two batches of phase 1 (20 and 16), of each form (20 and 4), three of objects.
  assert.deepEqual(models.map(({ generated }) => generated), [
    3 + 20 + 20 + 20 + 40,
    16 + 4 + 4 + 10,
  ]);
  const names = async (folder: string) =>
    (await Array.fromAsync(Deno.readDir(folder))).map(({ name }) => name)
      .sort();
  assert.deepEqual(await names(`${cache}/2`), await names(`${cache}/1`));
  // From the cache of one process.
  await Promise.all(
    ranksInOneProcess(2).map(async (ranks) => {
      const model = models[ranks.rank]!;
      const before = model.generated;
      await evaluated(model, { cache: `${cache}/1`, prompts, ranks });
      assert.equal(model.generated, before + (ranks.rank === 0 ? 3 : 0));
    }),
  );
  await Deno.remove(cache, { recursive: true });
});
