import assert from "node:assert/strict";
import { type Clip, float32 } from "lib/core/mod.ts";
import type { GenerateOptions, Pipeline } from "lib/pipeline/mod.ts";
import { readFlags } from "lib/recipes/command_line/mod.ts";
import { draw, wishesOf } from "lib/recipes/generate/draw.ts";
import { generateFlags } from "lib/recipes/generate/options.ts";

const shape = { frames: 4, height: 16, width: 16, fps: 8 };

Deno.test("draw() makes a video of each prompt, seed and number, prompt by prompt", async () => {
  const seen: GenerateOptions[] = [];
  // A clip tells its place among the prompts by its rate, and its seed by its frames.
  const pipeline = {
    generate(options: GenerateOptions) {
      seen.push(options);
      return Promise.resolve(options.prompts.map((_, i): Clip => ({
        ...{ frames: options.seed, height: 1, width: 1, fps: i },
        data: new Float32Array(3),
      })));
    },
  } as unknown as Pipeline;
  const wishes = { prompts: ["a", "b"], seeds: [3, 9], count: 2 };
  const settings = {
    ...shape,
    steps: 1,
    guidance: 1,
    sampler: "euler",
  } as const;
  const clips = await draw(pipeline, wishes, settings, { negative: "c" });
  assert.deepEqual(
    clips.map(({ frames, fps }) => [frames, fps]),
    [[3, 0], [3, 1], [9, 0], [9, 1], [3, 2], [3, 3], [9, 2], [9, 3]],
  );
  assert.deepEqual(
    wishesOf(wishes).map(({ prompt, seed }) => `${prompt}${seed}`),
    ["a3", "a3", "a9", "a9", "b3", "b3", "b9", "b9"],
  );
  for (const { prompts, negativePrompts } of seen) {
    assert.deepEqual(prompts, ["a", "a", "b", "b"]);
    assert.deepEqual(negativePrompts, ["c", "c", "c", "c"]);
  }
});

Deno.test("generate reads seeds and the interval of guidance, or names the rule", () => {
  const flags = readFlags(generateFlags, [
    ...["--seed", "3,1,3", "--guidance-interval", "0.2,0.9"],
  ])!;
  assert.deepEqual(flags.seed, [3, 1]);
  assert.deepEqual(flags.guidanceInterval, [0.2, 0.9]);
  const usual = readFlags(generateFlags, [])!;
  assert.deepEqual(usual.seed, [1]);
  assert.deepEqual(usual.guidanceInterval, [0, 1]);
  const refuses = (flag: string, value: string, rule: string): void =>
    assert.throws(() => readFlags(generateFlags, [flag, value]), {
      name: "InputError",
      message:
        `Cannot use ${flag}: must be ${rule}: current value is "${value}"`,
    });
  for (const value of ["1,", "-1", "a", "1.5"]) {
    refuses(
      "--seed",
      value,
      "whole numbers with commas between, such as 1,2,3",
    );
  }
  for (const value of ["0.9,0.2", "0.5", "0,2", "0,1,1", "a,b"]) {
    refuses(
      "--guidance-interval",
      value,
      "two numbers from 0 to 1, the lower first, such as 0.2,0.9",
    );
  }
});

Deno.test("draw() holds what is given, and shows kept frames as they are", async () => {
  const grey = (frames: number, value: number): Clip => ({
    ...{ frames, height: 1, width: 1, fps: 8 },
    data: new Float32Array(3 * frames).fill(value),
  });
  const seen: GenerateOptions[] = [];
  // Two frames are a latent frame, which is their grey; what is drawn is 0.
  const pipeline = {
    encode: (clips: readonly Clip[]) =>
      Promise.resolve(float32(
        [clips.length, clips[0]!.frames / 2, 1, 1, 1],
        clips.flatMap(({ data }) => [...data].filter((_, i) => i % 6 === 0)),
      )),
    generate(options: GenerateOptions) {
      seen.push(options);
      return Promise.resolve(options.prompts.map(() => grey(6, 0)));
    },
  } as unknown as Pipeline;
  const wishes = { prompts: ["a", "b"], seeds: [3], count: 1 };
  const settings = {
    ...{ frames: 6, height: 1, width: 1, fps: 8 },
    ...{ steps: 1, guidance: 1, sampler: "euler" as const },
  };
  const parts = [{ clip: grey(2, 0.5), at: 0 }, { clip: grey(2, 1), at: 2 }];
  const reds = (clips: readonly Clip[]) =>
    clips.map(({ data }) => [...data].filter((_, i) => i % 3 === 0));
  const held = await draw(pipeline, wishes, settings, { given: { parts } });
  assert.deepEqual(reds(held), [[0, 0, 0, 0, 0, 0], [0, 0, 0, 0, 0, 0]]);
  assert.deepEqual(seen[0]!.given, {
    latents: float32([2, 2, 1, 1, 1], [0.5, 1, 0.5, 1]),
    frames: [0, 2],
    known: [undefined, undefined],
  });
  const given = { parts, paste: 2 };
  const kept = await draw(pipeline, wishes, settings, { given });
  assert.deepEqual(reds(kept), [[0.5, 0.5, 0, 0, 1, 1], [
    0.5,
    0.5,
    0,
    0,
    1,
    1,
  ]]);
});
