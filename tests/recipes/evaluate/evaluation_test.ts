import assert from "node:assert/strict";
import { openDevice } from "lib/compiler/mod.ts";
import { type Clip, Rng, silentProgress } from "lib/core/mod.ts";
import { Sprites } from "lib/dataset/synthetic/mod.ts";
import { COMMON_OBJECTS, PAINTS } from "lib/dataset/vocabulary/mod.ts";
import {
  type FeatureNetwork,
  initWorld3d,
  openWorld3d,
} from "lib/evaluation/mod.ts";
import { HELD_OUT_SIGMAS } from "lib/trainer/mod.ts";
import { untrainedFolder } from "../generate/_trained.ts";
import { evaluateModel } from "lib/recipes/evaluate/evaluation.ts";
import { evaluationText } from "lib/recipes/evaluate/evaluation_text.ts";
import { type EvaluatedModel, openModel } from "lib/recipes/evaluate/model.ts";
import type { PromptCounts } from "lib/recipes/evaluate/prompt_results.ts";
import {
  promptsFor,
  SHAPES_GOING,
  takesShowing,
} from "lib/recipes/evaluate/prompts.ts";
import { evaluationHtml } from "lib/recipes/evaluate/report.ts";
import {
  answersTo,
  languagesOf,
  phaseQuestions,
} from "lib/recipes/evaluate/questions.ts";
import { WORLD3D } from "lib/recipes/world3d/plan.ts";

/** Of all evaluations. */
const [SEED, CLIPS] = [3, 36];
const CONFIG = {
  ...WORLD3D,
  still: [8, 8, 8] as [number, number, number],
  motion: [8, 8, 8] as [number, number, number],
  features: [8, 8] as [number, number],
};
const SHAPE = { frames: 16, height: 64, width: 64, fps: 8 };

/** Draws clips that were shown to it by their prompts, changed as a test wants. */
function knowing(
  change: (clip: Clip) => Clip,
): EvaluatedModel & { drawn: number } {
  const known = new Map<string, Clip>();
  return {
    name: "knowing",
    phase: 1,
    identity: change.name,
    vae: change.name,
    drawn: 0,
    async generate(prompts) {
      this.drawn += prompts.length;
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
      return HELD_OUT_SIGMAS.map((sigma) =>
        sigma * (clips.length + wrong.length)
      );
    },
    [Symbol.dispose]() {},
  };
}

/** All clips that the tests ask for, by their prompts. */
async function learn(known: Map<string, Clip>): Promise<void> {
  const sprites = new Sprites();
  const sets = [
    phaseQuestions({ phase: 1, seed: SEED, count: CLIPS }, sprites),
    ...(["en", "ja"] as const).flatMap((language) =>
      (["sentence", "names"] as const).map((form) =>
        promptsFor(
          takesShowing(SHAPES_GOING, SHAPES_GOING.length, SEED),
          { language, forms: [form] },
          sprites,
        )
      )
    ),
    promptsFor(
      takesShowing(
        COMMON_OBJECTS.map((object) => ({ object })),
        COMMON_OBJECTS.length,
        SEED,
      ),
      { language: "en", forms: ["sentence"] },
      sprites,
    ),
  ];
  for (const questions of sets) {
    for (let i = 0; i < questions.count; i++) {
      const { prompt } = await questions.at(i);
      if (!known.has(prompt)) known.set(prompt, await questions.film(i, SHAPE));
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

async function evaluated(
  model: EvaluatedModel,
  { cache, prompts, i3d }: {
    cache: string;
    prompts?: PromptCounts;
    i3d?: FeatureNetwork;
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
    batch: 20,
    cache,
    progress: silentProgress,
    signal: new AbortController().signal,
    clock: () => performance.now(),
  });
}

Deno.test("a model that draws the real clips has distance 0, reaches the ceiling, runs once", async () => {
  const cache = await Deno.makeTempDir();
  const prompts = {
    geometry: 24,
    perLanguage: 12,
    languages: ["en", "ja"],
    perObject: 1,
  };
  const model = knowing(same);
  const { evaluation, samples } = await evaluated(model, { cache, prompts });
  const [phase] = evaluation.phases;
  const { distances, adherence, temporal, reconstruction } = phase!;
  assert.equal(distances[0]!.metric, "FWD");
  assert.ok(Math.abs(distances[0]!.frechet) < 1e-6);
  assert.deepEqual(distances[0]!.clips, { a: CLIPS, b: CLIPS });
  assert.deepEqual(adherence.generated, adherence.real);
  assert.deepEqual(temporal.generated, temporal.real);
  // By geometry, which needs no training, real clips show what was asked.
  const { right, asked } = adherence.generated.direction!;
  assert.ok(asked > 10 && right === asked, `${right} of ${asked}`);
  assert.deepEqual(reconstruction, {
    psnr: Infinity,
    ssim: reconstruction.ssim,
    clips: 8,
  });
  assert.ok(Math.abs(reconstruction.ssim - 1) < 1e-9);
  assert.equal(phase!.heldOutLoss.sigmas["0.5"], 4);
  const { forms, ceiling, decoded, languages, objects } = evaluation.prompts!;
  assert.deepEqual(forms.map(({ example }) => example), [
    "a red circle moves right",
    "red circle, right arrow",
  ]);
  for (const { scores } of forms) {
    assert.deepEqual(scores.direction, { right: 24, asked: 24 });
    assert.deepEqual(scores.hue, { right: 24, asked: 24 });
  }
  assert.deepEqual(ceiling.direction, { right: 72, asked: 72 });
  assert.deepEqual(decoded, ceiling, "its VAE loses nothing");
  assert.deepEqual(objects.decoded, objects.real);
  assert.deepEqual(Object.keys(languages), ["en", "ja"]);
  assert.deepEqual(languages.ja!.hue, { right: 12, asked: 12 });
  assert.equal(Object.keys(objects.kinds).length, 50);
  assert.deepEqual(objects.generated, objects.real);
  assert.equal(objects.kinds.cat!.generated.object!.asked, 1);
  const { naming } = objects; // of 50 clips, the mean sigma 0.5
  assert.ok(Math.abs(naming!.own - 25) < 1e-9, `${naming!.own}`);
  assert.ok(Math.abs(naming!.other - 50) < 1e-9, `${naming!.other}`);
  assert.match(
    evaluationText(evaluation),
    /under their own names 25\.0000, under others 50\.0000/,
  );
  assert.equal(evaluation.drawn.clips, CLIPS + 2 * 24 + 2 * 12 + 50);

  assert.equal(samples.length, 3);
  assert.deepEqual(samples[0]!.real, samples[0]!.generated);
  const html = await evaluationHtml([evaluation, evaluation], samples);
  assert.match(html, /FWD by checkpoint/);
  assert.match(html, /FWD against the number of clips, phase 1/);
  assert.match(html, /Objects by name/);
  assert.match(html, /under their own names.*25\.0000.*50\.0000/s);
  assert.match(html, /The same by the language of the prompt/);
  assert.equal(html.match(/<video /g)?.length, 3);
  assert.doesNotMatch(html, />FVD|"FVD/, "it was not computed");

  // What was found is kept: only the samples to be seen are drawn again.
  const before = model.drawn;
  const again = await evaluated(model, { cache, prompts });
  assert.equal(model.drawn, before + 3);
  assert.deepEqual(again.evaluation, evaluation);
  // Another way of drawing is another model.
  const other = knowing(dimmed);
  await evaluated(other, { cache });
  assert.equal(other.drawn, CLIPS + 3);
  await Deno.remove(cache, { recursive: true });
});

Deno.test("evaluateModel() tells clips that go the wrong way, and others that are too dark", async () => {
  const cache = await Deno.makeTempDir();
  const phaseOf = async (change: (clip: Clip) => Clip) =>
    (await evaluated(knowing(change), { cache })).evaluation.phases[0]!;
  const back = await phaseOf(reversed);
  const asked = { geometry: 12, perLanguage: 0, languages: [], perObject: 0 };
  const { ceiling, decoded } = (await evaluated(knowing(reversed), {
    cache,
    prompts: asked,
  })).evaluation.prompts!;
  assert.equal(ceiling.direction!.right, 12);
  assert.deepEqual(decoded.direction, { right: 0, asked: 12 });
  const { direction, hue } = back.adherence.generated;
  assert.equal(direction!.right, 0);
  assert.equal(hue!.right, hue!.asked);
  const dark = await phaseOf(dimmed);
  assert.ok(dark.distances[0]!.frechet > 0.01);
  const dim = dark.adherence.generated.hue!;
  assert.ok(dim.right < dim.asked);
  assert.ok(dark.reconstruction.psnr < 20);
  await Deno.remove(cache, { recursive: true });
});

Deno.test("evaluateModel() with I3D gives FVD beside FWD, with n, spread and warnings", async () => {
  const cache = await Deno.makeTempDir();
  const i3d: FeatureNetwork = {
    name: "i3d",
    weights: "ef",
    layer: "logits",
    dimension: 4,
    resize: "bilinear to 224x224",
    batch: 5,
    featuresOf(clips) {
      assert.ok(clips.length <= this.batch);
      return Promise.resolve(clips.map(({ data }) => data.slice(0, 4)));
    },
    [Symbol.dispose]() {},
  };
  const { evaluation, samples } = await evaluated(knowing(dimmed), {
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
  const html = await evaluationHtml([evaluation], samples);
  assert.match(html, />FVD, phase 1</);
  assert.match(html, /at most 35/);
  await Deno.remove(cache, { recursive: true });
});

Deno.test("evaluateModel() that was stopped goes on with what it has found", async () => {
  const cache = await Deno.makeTempDir();
  const model = knowing(same);
  const failing: EvaluatedModel = {
    ...model,
    heldOutLoss: () => Promise.reject(new Error("stopped here")),
  };
  await assert.rejects(evaluated(failing, { cache }), /stopped here/);
  await evaluated(model, { cache });
  assert.equal(model.drawn, 3, "the phase is not drawn again");
  await Deno.remove(cache, { recursive: true });
});

Deno.test("takesShowing() finds held-out takes of phase 1 that show each wish, none twice", () => {
  const takes = takesShowing(SHAPES_GOING, 100, 1);
  for (const [i, { labels }] of takes.entries()) {
    const { subjects, camera, weather, light } = labels;
    assert.deepEqual(subjects, [SHAPES_GOING[i % SHAPES_GOING.length]]);
    assert.deepEqual([camera, weather, light], ["still", "clear", "day"]);
  }
  assert.equal(new Set(takes).size, 100);
  assert.equal(SHAPES_GOING.length, 72);
});

Deno.test("prompts of a language ask for shapes in both forms, no form bound to a way", async () => {
  const takes = takesShowing(SHAPES_GOING, 8, 1);
  const questions = promptsFor(
    takes,
    { language: "en", forms: ["sentence", "names"] },
    new Sprites(),
  );
  const prompts = [];
  for (let i = 0; i < 8; i++) prompts.push((await questions.at(i)).prompt);
  assert.deepEqual(prompts, [
    "a red circle moves right",
    "a red circle moves left",
    "a red circle moves up",
    "a red circle moves down",
    "orange circle, right arrow",
    "orange circle, left arrow",
    "orange circle, up arrow",
    "orange circle, down arrow",
  ]);
});

Deno.test("answersTo() asks nothing that a clip cannot show", async () => {
  const questions = phaseQuestions(
    { phase: 1, seed: 1, count: 1 },
    new Sprites(),
  );
  const { labels } = await questions.at(0);
  const clip = await questions.film(0, SHAPE);
  const view = {
    answers: {
      object: "red circle",
      colour: "red",
      motion: "up",
      camera: "still",
    },
  };
  const two = {
    ...labels,
    subjects: [
      { object: "cat", motion: "up" },
      { object: "dog", motion: "left" },
    ],
  } as const;
  assert.deepEqual(answersTo(two, clip, view), {
    object: false,
    colour: null,
    motion: null,
    direction: null,
    hue: null,
  });
  const turning = {
    ...labels,
    subjects: [{ object: "red circle", motion: "clockwise" }],
  } as const;
  assert.deepEqual(answersTo(turning, clip, view), {
    object: true,
    colour: true,
    motion: false,
    direction: null,
    hue: null,
  });
  assert.ok("red" in PAINTS);
});

Deno.test("languagesOf() reads tags, and names one that is not covered", () => {
  assert.deepEqual(languagesOf("en, ja"), ["en", "ja"]);
  assert.ok(languagesOf("all").length >= 100);
  for (const text of ["en,xx", ","]) {
    assert.throws(() => languagesOf(text), {
      name: "InputError",
      message:
        /^Cannot use --languages: each must be covered by Unicode CLDR: current value is "(xx|,)"; choose among af/,
    });
  }
});

Deno.test("openModel() draws with packed models and phases of runs, and gives their loss", async () => {
  const draw = {
    steps: 1,
    guidance: 2,
    rescale: 0,
    sampler: "euler",
  } as const;
  const shape = { frames: 8, height: 32, width: 32, fps: 8 };
  const packed = await untrainedFolder();
  const run = await untrainedFolder({ diffusionFile: "phase1.safetensors" });
  using device = await openDevice("cpu");
  const clips = await Promise.all([packed, `${run}/phase1.safetensors`].map(
    async (path) => {
      using model = await openModel(path, shape, draw, device);
      assert.equal(model.phase, 1);
      assert.match(model.name, /, phase1$/);
      const drawn = await model.generate(["a red circle", "a cat"], 5);
      assert.equal(drawn.length, 2);
      const [through] = await model.reconstruct(drawn);
      assert.ok(through!.data.every((x) => x >= 0 && x <= 1));
      const losses = await model.heldOutLoss(
        drawn.map((clip) => ({ clip, caption: "a red circle" })),
      );
      assert.equal(losses.length, HELD_OUT_SIGMAS.length);
      assert.ok(losses.every((loss) => loss > 0 && Number.isFinite(loss)));
      return drawn;
    },
  ));
  assert.deepEqual(clips[0], clips[1]);
  await Deno.remove(packed, { recursive: true });
  await Deno.remove(run, { recursive: true });
});

Deno.test("openModel() refuses models that no phase made", async () => {
  const folder = await untrainedFolder({ stage: "text" });
  using device = await openDevice("cpu");
  await assert.rejects(
    openModel(folder, SHAPE, {
      steps: 1,
      guidance: 1,
      rescale: 0,
      sampler: "euler",
    }, device),
    {
      name: "InputError",
      message: `Cannot evaluate "${folder}": its stage must be phase1 to ` +
        `phase5: current value is "text"; pass a folder of trained models`,
    },
  );
  await Deno.remove(folder, { recursive: true });
});
