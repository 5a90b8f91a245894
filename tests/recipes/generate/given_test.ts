import assert from "node:assert/strict";
import { type Clip, cutClip } from "lib/core/mod.ts";
import { contactSheet, writeMp4, writePng } from "lib/dataset/encode/mod.ts";
import { demoScene, renderScene } from "lib/dataset/synthetic/mod.ts";
import type { Continued, Held } from "lib/recipes/generate/draw.ts";
import { type GivenFlags, readGiven } from "lib/recipes/generate/given.ts";

const shape = { frames: 12, height: 16, width: 16, fps: 8 };

/** A folder with a wide picture, and a video of ten frames. */
async function files() {
  const folder = await Deno.makeTempDir();
  const clip = await renderScene(demoScene, { ...shape, frames: 10 });
  const [image, video] = [`${folder}/a.png`, `${folder}/a.mp4`];
  await writePng(image, await contactSheet([{ label: "", clip }]));
  await writeMp4(video, clip);
  return {
    ...{ folder, image, video },
    [Symbol.asyncDispose]: () => Deno.remove(folder, { recursive: true }),
  };
}

function read(flags: GivenFlags, frames = shape.frames, lines: string[] = []) {
  const log = (line: string) => lines.push(line);
  return readGiven(flags, { ...shape, frames }, { time: 4, log });
}

function framesOf(clip: Clip): Float32Array[] {
  return Array.from(
    { length: clip.frames },
    (_, i) => cutClip(clip, i, i + 1).data,
  );
}

Deno.test("readGiven() reads pictures at both ends, and says what is cropped", async () => {
  await using made = await files();
  const { image } = made;
  const lines: string[] = [];
  const { parts, paste } = await read(
    { image, lastImage: image },
    ...[12, lines] as const,
  ) as Held;
  assert.equal(paste, undefined);
  assert.deepEqual(
    parts.map(({ at, clip }) => [at, clip.frames]),
    [[0, 1], [2, 1]],
  );
  assert.match(
    lines[0]!,
    /a\.png is \d+x\d+: its left and right edges are cropped to the shape of 16x16$/,
  );
  const last = await read({ lastImage: image }) as Held;
  assert.deepEqual(last.parts.map(({ at }) => at), [2]);
  assert.equal(await read({}), undefined);
});

Deno.test("readGiven() reads all of a video that goes on, and the frames of one that stay", async () => {
  await using made = await files();
  const { video } = made;
  const lines: string[] = [];
  const whole = await read({ continue: video }, 12, lines) as Continued;
  assert.deepEqual(lines, []);
  assert.equal(whole.clip.frames, 10);
  assert.deepEqual([whole.more, whole.overlap], [4, 8]);
  const long = await read({ continue: video, seconds: 2 }) as Continued;
  assert.equal(long.more, 16);
  const kept = await read({ inpaint: video, keep: "4-7" }) as Held;
  assert.equal(kept.paste, 4);
  assert.deepEqual(kept.parts.map(({ at }) => at), [1]);
  const { clip } = kept.parts[0]!;
  assert.deepEqual(framesOf(clip), framesOf(whole.clip).slice(4, 8));
});

Deno.test("readGiven() names flags that contradict each other, and files too short", async () => {
  await using made = await files();
  const { folder, image, video } = made;
  const cases: [GivenFlags, string, number?][] = [
    [
      { image, continue: video },
      "Cannot use --image and --continue together: --continue gives all " +
      "frames that are given; leave the other out",
    ],
    [
      { lastImage: image, inpaint: video, keep: "0-3" },
      "Cannot use --last-image and --inpaint together: --inpaint gives all " +
      "frames that are given; leave the other out",
    ],
    [
      { seconds: 1, image },
      "Cannot use --seconds: it is how much --continue adds: give that too, " +
      "or --frames",
    ],
    [
      { inpaint: video },
      "Cannot use --inpaint: --keep must say which frames stay: give for " +
      "example --keep 0-3,12-15",
    ],
    [
      { keep: "0-3" },
      "Cannot use --keep: it is which frames of --inpaint stay: give that too",
    ],
    [
      { inpaint: video, keep: "8-11" },
      `Cannot use --keep: its frames must be in "${video}", which has 0 to 9 ` +
      "at 8 fps: the last one is 11",
    ],
    [
      { image, lastImage: image },
      "Cannot use --image and --last-image: the videos must have 12 frames " +
      "or more: current count is 8; pass --frames",
      8,
    ],
    [
      { continue: video },
      "Cannot use --continue: the videos must have 8 frames or more: " +
      "current count is 4; pass --frames",
      4,
    ],
  ];
  for (const [flags, message, frames] of cases) {
    await assert.rejects(read(flags, frames), { name: "InputError", message });
  }
  await assert.rejects(read({ image: `${folder}/none` }), {
    name: "InputError",
  });
});

Deno.test("readGiven() asks for a picture where a file is none", async () => {
  await using made = await files();
  const { folder } = made;
  const cases = {
    "x.csv": ["a,b\n", "it is a text file; pass a picture"],
    "x.bin": [
      "\0\u0001".repeat(99),
      "its contents are no picture format that FFmpeg knows, or are damaged; " +
      "convert it to PNG or get a whole copy",
    ],
  } as const;
  for (const [name, [text, found]] of Object.entries(cases)) {
    const path = `${folder}/${name}`;
    await Deno.writeTextFile(path, text);
    await assert.rejects(read({ image: path }), {
      name: "InputError",
      message: `Cannot decode "${path}": the file must hold a picture (PNG, ` +
        `JPEG, WebP, ...): ${found}`,
    });
  }
});
