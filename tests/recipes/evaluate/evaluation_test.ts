import assert from "node:assert/strict";
import { openDevice } from "lib/compiler/mod.ts";
import { type Clip, Rng, silentProgress } from "lib/core/mod.ts";
import { PAINTS } from "lib/dataset/vocabulary/mod.ts";
import { initWorld3d, openWorld3d } from "lib/evaluation/mod.ts";
import { evaluateGenerator } from "lib/recipes/evaluate/evaluation.ts";
import {
  type ClipGenerator,
  openGenerator,
  phaseWeightsOf,
} from "lib/recipes/evaluate/generator.ts";
import {
  answersTo,
  languagesOf,
  WorldQuestions,
} from "lib/recipes/evaluate/questions.ts";
import { evaluationHtml } from "lib/recipes/evaluate/report.ts";
import { WORLD3D } from "lib/recipes/world3d/plan.ts";

const CONFIG = {
  ...WORLD3D,
  still: [8, 8, 8] as [number, number, number],
  motion: [8, 8, 8] as [number, number, number],
  features: [8, 8] as [number, number],
};
const SHAPE = { frames: 16, height: 64, width: 64, fps: 8 };

/** Draws the very clips that it is asked about, changed as a test wants. */
function knowing(
  questions: WorldQuestions,
  change: (clip: Clip) => Clip = (clip) => clip,
): ClipGenerator {
  let next = 0;
  return {
    name: "knowing",
    phase: 1,
    digest: "ab",
    generate: (prompts) =>
      Promise.all(
        prompts.map(async () => change(await questions.film(next++, SHAPE))),
      ),
    reconstruct: (clips) => Promise.resolve(clips.map(change)),
    [Symbol.dispose]() {},
  };
}

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

async function evaluated(change?: (clip: Clip) => Clip) {
  using device = await openDevice("cpu");
  using world3d = await openWorld3d(device, {
    config: CONFIG,
    parameters: initWorld3d(CONFIG, new Rng(1)),
    digest: "cd",
  });
  const questions = new WorldQuestions(1, 3, ["en", "ja"]);
  const cache = await Deno.makeTempDir();
  try {
    return await evaluateGenerator(knowing(questions, change), {
      questions,
      lookers: { world3d },
      clips: 36,
      cache,
      progress: silentProgress,
      signal: new AbortController().signal,
      clock: () => performance.now(),
    });
  } finally {
    await Deno.remove(cache, { recursive: true });
  }
}

Deno.test("evaluateGenerator() of a generator that draws the real clips finds no distance and reaches the ceiling", async () => {
  const { evaluation, samples } = await evaluated();
  const { distances, all, ceiling, adherence, temporal } = evaluation;
  assert.equal(distances[0]!.metric, "FWD");
  assert.ok(Math.abs(distances[0]!.frechet) < 1e-6);
  assert.deepEqual(distances[0]!.clips, { a: 36, b: 36 });
  assert.deepEqual(all, ceiling);
  assert.deepEqual(temporal.generated, temporal.real);
  assert.deepEqual(Object.keys(adherence), ["en", "ja"]);
  assert.equal(adherence["en"]!.object!.asked, 18);
  // By geometry, which needs no training, real clips show what was asked.
  const { right, asked } = all.direction!;
  assert.ok(asked > 10 && right === asked, `${right} of ${asked}`);
  assert.equal(all.hue!.right, all.hue!.asked);
  assert.equal(evaluation.reconstruction.psnr, Infinity);
  assert.equal(samples.length, 8);
  assert.deepEqual(samples[0]!.real, samples[0]!.generated);
  const html = await evaluationHtml([evaluation], samples);
  assert.match(html, /By the language of the prompt/);
  assert.match(html, /FWD against the number of clips/);
  assert.equal(html.match(/<video /g)?.length, 8);
  assert.ok(!html.includes(">FVD<"), "it was not computed");
});

Deno.test("evaluateGenerator() tells clips that go the wrong way, and others that are too dark", async () => {
  const back = (await evaluated(reversed)).evaluation;
  assert.equal(back.all.direction!.right, 0);
  assert.equal(back.all.hue!.right, back.all.hue!.asked);
  const dark = (await evaluated(dimmed)).evaluation;
  assert.ok(
    dark.distances[0]!.frechet > 100 * back.distances[0]!.frechet / 100,
  );
  assert.ok(dark.distances[0]!.frechet > 0.01);
  assert.ok(dark.all.hue!.right < dark.all.hue!.asked);
  assert.ok(dark.reconstruction.psnr < 20);
});

Deno.test("answersTo() asks nothing that a clip cannot show", async () => {
  const questions = new WorldQuestions(1, 1, ["en"]);
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

Deno.test("phaseWeightsOf() and openGenerator() refuse what is no training run", async () => {
  const folder = await Deno.makeTempDir();
  await assert.rejects(phaseWeightsOf(`${folder}/none`), {
    name: "InputError",
    message: /it must be the folder of a training run: there is none/,
  });
  await assert.rejects(phaseWeightsOf(folder), {
    name: "InputError",
    message:
      /a phase of its training must be done: there is no phase1\.safetensors/,
  });
  const path = `${folder}/phase2.safetensors`;
  const { writeSafetensors } = await import("lib/formats/safetensors/mod.ts");
  await writeSafetensors(path, [], { kind: "VideoVAE", facts: "{}" });
  assert.deepEqual(await phaseWeightsOf(folder), [path]);
  assert.deepEqual(await phaseWeightsOf(path), [path]);
  using device = await openDevice("cpu");
  await assert.rejects(
    openGenerator(path, SHAPE, { steps: 1, guidance: 1 }, device),
    {
      name: "InputError",
      message: `Cannot evaluate "${path}": it must hold weights of a ` +
        `Diffusion: it holds VideoVAE; pass a run folder`,
    },
  );
  await Deno.remove(folder, { recursive: true });
});
