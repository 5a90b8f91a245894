import assert from "node:assert/strict";
import { type Clip, float32, type NdArray } from "lib/core/mod.ts";
import { continueClips, type GenerateOptions } from "lib/pipeline/mod.ts";

const size = { height: 1, width: 1, fps: 8 };

/** A clip of one grey pixel a frame. */
function greys(...values: number[]): Clip {
  const data = Float32Array.from(values.flatMap((x) => [x, x, x]));
  return { ...size, frames: values.length, data };
}

function valuesOf({ data }: Clip): number[] {
  return [...data].filter((_, i) => i % 3 === 0);
}

const OPTIONS = {
  ...{ prompts: ["up"], seed: 5, frames: 4, ...size },
  ...{ steps: 1, guidance: 1, sampler: "euler" as const },
};

/** Goes on by one a frame from the last frame that is given. */
const counting = {
  seen: [] as GenerateOptions[],
  encode: (clips: readonly Clip[]): Promise<NdArray<"float32">> =>
    Promise.resolve(
      float32([1, clips[0]!.frames, 1, 1, 1], valuesOf(clips[0]!)),
    ),
  encodePictures: () => Promise.reject(new Error("no picture is given")),
  generate(options: GenerateOptions): Promise<Clip[]> {
    this.seen.push(options);
    const given = [...options.given!.latents.data];
    while (given.length < options.frames) given.push(given.at(-1)! + 1);
    return Promise.resolve([greys(...given)]);
  },
};

Deno.test("continueClips() goes on from the last frames, chunk by chunk", async () => {
  const [clip] = await continueClips(counting, {
    ...OPTIONS,
    clips: [greys(7, 8, 9)],
    ...{ more: 5, overlap: 2 },
  });
  assert.deepEqual(valuesOf(clip!), [7, 8, 9, 10, 11, 12, 13, 14]);
  assert.deepEqual(counting.seen.map(({ seed }) => seed), [5, 6, 7]);
  assert.deepEqual(
    counting.seen.map(({ given }) => [...given!.latents.data]),
    [[8, 9], [10, 11], [12, 13]],
  );
  assert.deepEqual(counting.seen[0]!.given!.frames, [0, 1]);
});

Deno.test("continueClips() refuses a clip that is shorter than the overlap", async () => {
  await assert.rejects(
    continueClips(counting, {
      ...OPTIONS,
      clips: [greys(7)],
      ...{ more: 1, overlap: 2 },
    }),
    {
      name: "InputError",
      message: "Cannot continue a clip: it must have 2 frames or more, from " +
        "which the next go on: it has 1; give a longer one",
    },
  );
});
