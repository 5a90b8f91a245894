import assert from "node:assert/strict";
import { openDevice } from "lib/compiler/mod.ts";
import {
  type Clip,
  DisposedError,
  NotFiniteError,
  Rng,
  zeros,
} from "lib/core/mod.ts";
import { normaliseLatent } from "lib/models/vae/mod.ts";
import {
  type GenerateOptions,
  openCodec,
  openPipeline,
  readTrainedModels,
  uniformMotion,
} from "lib/pipeline/mod.ts";
import "../compiler/_runtime.ts";
import { assertClose } from "../models/_eager.ts";
import { untrainedFolder } from "../recipes/generate/_trained.ts";

const OPTIONS: GenerateOptions = {
  prompts: ["a red circle"],
  seed: 3,
  frames: 8,
  height: 32,
  width: 48,
  fps: 8,
  steps: 2,
  guidance: 2,
  sampler: "heun",
};

const folder = await untrainedFolder();
await Deno.writeTextFile(
  `${folder}/vocabulary.json`,
  '{"de":["kreis"],"en":["a","red","circle"]}',
);
const models = await readTrainedModels(folder);
await Deno.remove(folder, { recursive: true });
const device = await openDevice("cpu");

function apart(a: Clip, b: Clip): number {
  return a.data.reduce(
    (most, value, i) => Math.max(most, Math.abs(value - b.data[i]!)),
    0,
  );
}

Deno.test("a pipeline makes clips in [0,1] that seed, not company, decides", async () => {
  using pipeline = await openPipeline(device, models);
  const [clip] = await pipeline.generate(OPTIONS);
  const { data, ...size } = clip!;
  assert.deepEqual(size, { frames: 8, height: 32, width: 48, fps: 8 });
  assert.ok(data.every((value) => value >= 0 && value <= 1));
  const pair = await pipeline.generate({
    ...OPTIONS,
    prompts: ["a red circle", "a red circle"],
  });
  assert.equal(pair.length, 2);
  assert.ok(apart(pair[0]!, clip!) < 1e-4);
  assert.ok(apart(pair[1]!, clip!) > 1e-3);
  const [other] = await pipeline.generate({ ...OPTIONS, seed: 4 });
  assert.ok(apart(other!, clip!) > 1e-3);
});

Deno.test("a pipeline encodes to latents of variance one and decodes them", async () => {
  using pipeline = await openPipeline(device, models);
  using codec = await openCodec(device, models.vae, models.config.vae);
  const clips = await pipeline.generate(OPTIONS);
  const latents = await pipeline.encode(clips);
  assertClose(
    latents,
    normaliseLatent(await codec.encode(clips), models.statistics),
    1e-5,
  );
  const [decoded] = await pipeline.decode(latents, 8);
  const [coded] = await pipeline.reconstruct(clips);
  assert.ok(apart(decoded!, coded!) < 1e-4);
  assert.equal(decoded!.fps, 8);
});

Deno.test("restart takes steps again, with noise of the seed of the clip", async () => {
  using pipeline = await openPipeline(device, models);
  const noise = new Rng(1).normals([1, 2, 2, 3, 8]);
  const draw = async (sampler: "restart" | "euler", seed: number) =>
    (await pipeline.generate({ ...OPTIONS, noise, sampler, seed }))[0]!;
  const first = await draw("restart", 1);
  assert.deepEqual(await draw("restart", 1), first);
  assert.ok(apart(await draw("restart", 2), first) > 1e-4);
  assert.ok(apart(await draw("euler", 1), first) > 1e-4);
});

Deno.test("a pipeline starts from the noise that it is given", async () => {
  using pipeline = await openPipeline(device, models);
  const [clip] = await pipeline.generate(OPTIONS);
  const noise = await pipeline.encode([clip!]);
  const [first] = await pipeline.generate({ ...OPTIONS, noise });
  const [again] = await pipeline.generate({ ...OPTIONS, noise, seed: 9 });
  assert.deepEqual(again, first);
  assert.ok(apart(first!, clip!) > 1e-3);
});

Deno.test("a pipeline refuses options that break a rule before it samples", async () => {
  using pipeline = await openPipeline(device, models);
  const cases: [Partial<GenerateOptions>, string][] = [
    [
      { prompts: [] },
      "prompts must be a text for each clip: current value is []",
    ],
    [
      { prompts: "a red circle" as unknown as string[] },
      'prompts must be a text for each clip: current value is "a red circle"',
    ],
    [
      { prompts: [7 as unknown as string] },
      "prompts must be a text for each clip: current value is [7]",
    ],
    [{ seed: 1.5 }, "seed must be a whole number: current value is 1.5"],
    [{ fps: 0 }, "fps must be a number above 0: current value is 0"],
    [
      { fps: Infinity },
      "fps must be a number above 0: current value is Infinity",
    ],
    [
      { fps: "8" as unknown as number },
      "fps must be a number above 0: current value is 8",
    ],
    [{ steps: 0 }, "steps must be a whole number from 1: current value is 0"],
    [
      { guidance: NaN },
      "guidance must be from 0 to 3.4e38: current value is NaN",
    ],
    [
      { guidance: -1 },
      "guidance must be from 0 to 3.4e38: current value is -1",
    ],
    [
      { guidance: 1e39 },
      "guidance must be from 0 to 3.4e38: current value is 1e+39",
    ],
    [
      { negativePrompts: [] },
      "negativePrompts must be a text for each clip: current value is []",
    ],
    [
      { guidanceInterval: [0.9, 0.2] },
      "guidanceInterval must be two numbers from 0 to 1, the lower first: " +
      "current value is 0.9,0.2",
    ],
    [
      { given: { latents: zeros([1, 2, 2, 3, 8]), frames: [0, 1] } },
      "given.latents must be float32[1,1 to 1,2,3,8], latent frames of each " +
      "clip with some left to draw: current shape is [1,2,2,3,8]",
    ],
    [
      { given: { latents: zeros([1, 1, 2, 3, 8]), frames: [2] } },
      "given.frames must be the places of the 1 latents, rising, from 0 to 1: " +
      "current value is 2",
    ],
    [
      { given: { latents: zeros([1, 1, 2, 3, 8]), frames: [] } },
      "given.frames must be the places of the 1 latents, rising, from 0 to 1: " +
      "current value is ",
    ],
    [
      {
        given: {
          latents: zeros([1, 1, 2, 3, 8]),
          frames: [0],
          known: [zeros([8, 4])],
        },
      },
      "given.known must be float32[8,8], a matrix of channels, or undefined: " +
      "current shape is [8,4]",
    ],
    [{ rescale: 1.1 }, "rescale must be from 0 to 1: current value is 1.1"],
    [{ shift: 0 }, "shift must be a number above 0: current value is 0"],
    [
      { noise: zeros([1, 4, 2, 3, 8]) },
      "noise must be float32[1,2,2,3,8], a latent for each prompt: current " +
      "type is float32[1,4,2,3,8]",
    ],
    [
      { sampler: "ddim" as "euler" },
      'sampler must be one of euler, heun, dpm++, unipc, restart: current value is "ddim"',
    ],
  ];
  for (const [option, problem] of cases) {
    await assert.rejects(() => pipeline.generate({ ...OPTIONS, ...option }), {
      name: "InputError",
      message: `Cannot generate: ${problem}`,
    });
  }
  await assert.rejects(() => pipeline.generate({ ...OPTIONS, width: 47 }), {
    name: "InputError",
    message: /width must be a multiple of 16: current value is 47/,
  });
});

Deno.test("a pipeline warns of words that its models have never read", async () => {
  using pipeline = await openPipeline(device, models);
  const seen: [readonly string[], string][] = [];
  const read = (prompts: string[], language?: string): Promise<Clip[]> =>
    pipeline.generate({
      ...OPTIONS,
      steps: 1,
      prompts,
      language,
      onUnknownWords: (...warning) => seen.push(warning),
    });
  await read(["a red Kreis"]);
  assert.deepEqual(seen, []);
  await read(["a red Kreis"], "en");
  assert.deepEqual(seen, [[
    ["kreis"],
    'warning: the models have never read "kreis"; the clip is a guess there',
  ]]);
  await assert.rejects(() => read(["a"], "fr"), {
    name: "InputError",
    message: /^Cannot read the prompt: language must be auto or one/,
  });
});

Deno.test("a pipeline stops before the next step once its signal is aborted", async () => {
  using pipeline = await openPipeline(device, models);
  const stop = new AbortController();
  const done: number[] = [];
  const progress = {
    start: () => ({
      update(steps: number) {
        done.push(steps);
        stop.abort(new Error("enough"));
      },
      finish() {},
      [Symbol.dispose]() {},
    }),
  };
  await assert.rejects(
    () =>
      pipeline.generate({
        ...OPTIONS,
        steps: 5,
        progress,
        signal: stop.signal,
      }),
    new Error("enough"),
  );
  assert.deepEqual(done, [1]);
});

Deno.test("a pipeline refuses a clip that is not finite, naming the step", async () => {
  using pipeline = await openPipeline(device, models);
  const none = { ...OPTIONS, guidance: 0, sampler: "euler" } as const;
  const noise = zeros([1, 2, 2, 3, 8]);
  noise.data[5] = NaN;
  await assert.rejects(() => pipeline.generate({ ...none, noise }), (error) => {
    assert.ok(error instanceof NotFiniteError);
    assert.equal(
      error.message,
      "Cannot sample: latents must stay finite: after step 1 of 2 one is " +
        "NaN; lower the guidance, or use weights that did not diverge",
    );
    return true;
  });
  await assert.rejects(() => pipeline.decode(noise, 8), {
    name: "NotFiniteError",
    message:
      "Cannot decode latents: pixels must be finite: one is NaN; check " +
      "that the latents are finite and those of this VAE",
  });
});

Deno.test("a pipeline that was disposed of refuses every use, and a second time", async () => {
  const pipeline = await openPipeline(device, models);
  const [clip] = await pipeline.generate(OPTIONS);
  const latents = await pipeline.encode([clip!]);
  pipeline[Symbol.dispose]();
  pipeline[Symbol.dispose]();
  for (
    const use of [
      () => pipeline.generate(OPTIONS),
      () => pipeline.encode([clip!]),
      () => pipeline.decode(latents, 8),
      () => pipeline.reconstruct([clip!]),
    ]
  ) {
    await assert.rejects(use, (error) => {
      assert.ok(error instanceof DisposedError);
      assert.equal(
        error.message,
        "Cannot use the pipeline: it must not be disposed of yet: it was; " +
          "dispose of it after its last use",
      );
      return true;
    });
  }
});

Deno.test("a pipeline that is disposed of while it draws finishes its clip", async () => {
  using whole = await openPipeline(device, models);
  const pipeline = await openPipeline(device, models);
  const drawing = pipeline.generate(OPTIONS);
  pipeline[Symbol.dispose]();
  assert.deepEqual(await drawing, await whole.generate(OPTIONS));
});

Deno.test("a codec that was disposed of refuses every use", async () => {
  const codec = await openCodec(device, models.vae, models.config.vae);
  const latents = zeros([1, 2, 2, 3, 8]);
  await codec.decode(latents, 8);
  codec[Symbol.dispose]();
  codec[Symbol.dispose]();
  await assert.rejects(() => codec.decode(latents, 8), DisposedError);
  await assert.rejects(() => codec.encode([]), DisposedError);
});

Deno.test("openCodec() refuses a memory that is not above 0", async () => {
  const { vae, config } = models;
  await assert.rejects(
    () => openCodec(device, vae, config.vae, { vaeMemory: NaN }),
    /^InputError: Cannot open the VAE: vaeMemory must be above 0: current value is NaN$/,
  );
});

Deno.test("a motion steers the clips, and must be of their size", async () => {
  using pipeline = await openPipeline(device, models);
  const field = uniformMotion(OPTIONS, [16, 0]);
  const [free] = await pipeline.generate(OPTIONS);
  const [steered] = await pipeline.generate({ ...OPTIONS, motion: { field } });
  assert.notDeepEqual(steered, free);
  // Nothing acts below the last sigma.
  const none = { field, sigmas: [0, 0] } as const;
  assert.deepEqual(await pipeline.generate({ ...OPTIONS, motion: none }), [
    free,
  ]);
  const small = uniformMotion({ ...OPTIONS, width: 32 }, [16, 0]);
  await assert.rejects(
    pipeline.generate({ ...OPTIONS, motion: { field: small } }),
    {
      name: "InputError",
      message:
        "Cannot generate: motion.field must be 7x32x48, pairs of frames: current value is 7x32x32",
    },
  );
});
