import assert from "node:assert/strict";
import type { Clip } from "lib/core/mod.ts";
import type { GenerateOptions, Pipeline } from "lib/pipeline/mod.ts";
import { readFlags } from "lib/recipes/command_line/mod.ts";
import { draw, wishesOf } from "lib/recipes/generate/draw.ts";
import { readGiven } from "lib/recipes/generate/given.ts";
import { generateFlags } from "lib/recipes/generate/options.ts";
import { demoScene, renderScene } from "lib/dataset/synthetic/mod.ts";
import { contactSheet, writeMp4, writePng } from "lib/dataset/encode/mod.ts";

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

Deno.test("readGiven() reads a picture as a still clip, and all of a video", async () => {
  const folder = await Deno.makeTempDir();
  const clip = await renderScene(demoScene, { ...shape, frames: 10 });
  const [image, video] = [`${folder}/a.png`, `${folder}/a.mp4`];
  await writePng(image, await contactSheet([{ label: "", clip }]));
  await writeMp4(video, clip);
  const still = await readGiven({ image }, shape, 4);
  const { data, ...size } = still!;
  assert.deepEqual(size, shape);
  assert.deepEqual(data.slice(0, 768), data.slice(-768));
  const moving = await readGiven({ continue: video }, shape, 4);
  assert.equal(moving!.frames, 10);
  assert.equal(await readGiven({}, shape, 4), undefined);
  await assert.rejects(readGiven({ image, continue: video }, shape, 4), {
    name: "InputError",
    message: /^Cannot use --image and --continue together: /,
  });
  await assert.rejects(readGiven({ image: `${folder}/none` }, shape, 4), {
    name: "InputError",
  });
  await Deno.remove(folder, { recursive: true });
});
