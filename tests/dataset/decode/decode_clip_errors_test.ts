import assert from "node:assert/strict";
import { InputError } from "lib/core/mod.ts";
import { decodeClip } from "lib/dataset/decode/mod.ts";
import { writeMp4 } from "lib/dataset/encode/mod.ts";
import { demoScene, renderScene } from "lib/dataset/synthetic/mod.ts";
import {
  brightnessClip,
  songBytes,
  temporaryFolder,
  wavBytes,
  writeAtTimes,
} from "../_video_fixture.ts";

const SMALL = { frames: 8, height: 32, width: 32, fps: 8 };
const GREYS = brightnessClip({ frames: 20, height: 32, width: 32, fps: 10 });

async function failureOf(
  path: string,
  options: Partial<Parameters<typeof decodeClip>[1]> = {},
): Promise<string> {
  try {
    await decodeClip(path, { ...SMALL, ...options });
  } catch (error) {
    assert.ok(error instanceof InputError, String(error));
    assert.ok(!error.message.includes("\n"), "one line");
    return error.message;
  }
  return "no failure";
}

Deno.test("decodeClip() decodes a damaged file up to the damage", async () => {
  await using folder = await temporaryFolder();
  const path = folder.file("bent.mp4");
  await writeMp4(
    path,
    await renderScene(demoScene, { frames: 32, height: 64, width: 64, fps: 8 }),
  );
  const bytes = await Deno.readFile(path);
  const whole = bytes.slice();
  bytes.fill(0x5a, Math.floor(bytes.length * 0.7));
  await Deno.writeFile(path, bytes);
  assert.equal((await decodeClip(path, SMALL)).frames, 8);
  assert.match(
    await failureOf(path, { frames: 32 }),
    /bent\.mp4": the file must be whole: the frame at 2\.\d\d s is damaged; get a whole copy, or cut the good part out of it$/,
  );
  // A few bytes that the decoder bridges with a guess.
  const middle = Math.floor(whole.length * 0.6);
  whole.fill(0x5a, middle, middle + 4);
  await Deno.writeFile(path, whole);
  assert.match(
    await failureOf(path, { frames: 32 }),
    /bent\.mp4": the file must be whole: the frame at \d\.\d\d s is damaged; get a whole copy, or cut the good part out of it$/,
  );
});

Deno.test("decodeClip() rejects files without video in one line", async () => {
  await using folder = await temporaryFolder();
  const path = folder.file("a.mp4");
  assert.equal(
    await failureOf(path),
    `Cannot read "${path}": the file must exist: there is none; check the name and the folder`,
  );
  assert.equal(
    await failureOf(folder.path),
    `Cannot read "${folder.path}": it must be a file: it is a folder; name one video in it`,
  );
  await Deno.writeFile(path, new Uint8Array());
  assert.equal(
    await failureOf(path),
    `Cannot read "${path}": the file must hold a video: it is empty (0 bytes); get a whole copy`,
  );
  await Deno.writeTextFile(
    path,
    "A red circle moves right, he said.\n".repeat(99),
  );
  assert.equal(
    await failureOf(path),
    `Cannot decode "${path}": the file must hold a video: it is a text file; pass a video`,
  );
  await Deno.writeFile(path, wavBytes());
  assert.equal(
    await failureOf(path),
    `Cannot decode "${path}": the file must hold a video stream: it holds only sound (pcm_s16le); pass a video`,
  );
  await Deno.writeFile(path, songBytes());
  assert.equal(
    await failureOf(path),
    `Cannot decode "${path}": the file must hold a video stream: it holds only sound (mp3); pass a video`,
  );
  await Deno.writeFile(
    path,
    Uint8Array.from({ length: 999 }, (_, i) => i * 89),
  );
  assert.equal(
    await failureOf(path),
    `Cannot decode "${path}": the file must hold a video: its contents are no video format that FFmpeg knows, or are damaged; convert it to MP4 or get a whole copy`,
  );
});

Deno.test("decodeClip() rejects playlists, which name other files", async () => {
  await using folder = await temporaryFolder();
  await writeMp4(folder.file("a.mp4"), GREYS);
  const path = folder.file("list.m3u8");
  await Deno.writeTextFile(
    path,
    "#EXTM3U\n#EXT-X-TARGETDURATION:2\n#EXTINF:2,\na.mp4\n#EXT-X-ENDLIST\n",
  );
  assert.match(await failureOf(path), /it is a text file; pass a video$/);
});

Deno.test("decodeClip() reports a truncated file", async () => {
  await using folder = await temporaryFolder();
  const path = folder.file("cut.mp4");
  const clip = await renderScene(demoScene, {
    frames: 32,
    height: 64,
    width: 64,
    fps: 8,
  });
  await writeMp4(path, clip);
  const whole = await Deno.readFile(path);
  await Deno.writeFile(path, whole.subarray(0, whole.length / 2));
  assert.match(
    await failureOf(path, { frames: 32 }),
    /^Cannot decode ".*cut\.mp4": the file must be whole: the file breaks off at 1\.13 s: the last 2\.88 s are missing \(\d+ of 32 frames came before\); get a whole copy, or cut the good part out of it$/,
  );
  // The index of an MP4 comes first here, and without it nothing can be read.
  await Deno.writeFile(path, whole.subarray(0, 100));
  assert.equal(
    await failureOf(path),
    `Cannot decode "${path}": the file must hold a video: it is an MP4 file without a readable index, so it was cut short or damaged; get a whole copy`,
  );
  await writeAtTimes(
    path,
    clip,
    "matroska",
    Array.from({ length: 32 }, (_, i) => i * 125),
  );
  const matroska = await Deno.readFile(path);
  await Deno.writeFile(path, matroska.subarray(0, matroska.length / 2));
  assert.match(
    await failureOf(path, { frames: 32 }),
    /the file must be whole: the file breaks off at \d\.\d\d s: the last \d\.\d\d s are missing \(\d+ of 32 frames came before\); get/,
  );
});

Deno.test("decodeClip() reports the frames of a short video and options that fit", async () => {
  await using folder = await temporaryFolder();
  const path = folder.file("short.mp4");
  await writeMp4(path, GREYS); // 2 s
  assert.equal(
    await failureOf(path, { frames: 40, fps: 8 }),
    `Cannot decode "${path}": the video must last for 40 frames at 8 fps: it holds 16 at this rate; pass --frames 16, or --fps 20 or more`,
  );
  assert.equal((await decodeClip(path, { ...SMALL, frames: 16 })).frames, 16);
  assert.equal(
    (await decodeClip(path, { ...SMALL, frames: 40, fps: 20 })).frames,
    40,
  );
  assert.equal(
    await failureOf(path, { frames: 17, fps: 8, startSeconds: 0.5 }),
    `Cannot decode "${path}": the video must last for 17 frames at 8 fps from 0.5 s on: it holds 12 at this rate; pass --frames 12, or --fps 11.4 or more`,
  );
  assert.equal(
    await failureOf(path, { startSeconds: 7 }),
    `Cannot decode "${path}": the video must last for 8 frames at 8 fps from 7 s on: it ends at 2.00 s; start earlier`,
  );
});

Deno.test("decodeClip() rejects illegal sizes, rates and times", async () => {
  const cases: [Partial<Parameters<typeof decodeClip>[1]>, string][] = [
    [
      { frames: 0 },
      "frames must be a whole number from 1 up: it is 0; pass for example 16",
    ],
    [
      { height: 1.5 },
      "height must be a whole number from 1 up: it is 1.5; pass for example 64",
    ],
    [
      { width: -2 },
      "width must be a whole number from 1 up: it is -2; pass for example 64",
    ],
    [
      { width: 1e5, height: 1e5 },
      "frames x height x width x 3 must be at most 1073741824: it is 240000000000; ask for fewer or smaller frames",
    ],
    [{ fps: 0 }, "fps must be a number above 0: it is 0; pass for example 8"],
    [
      { startSeconds: -1 },
      "startSeconds must be a number from 0 up: it is -1; pass for example 0",
    ],
  ];
  for (const [options, rule] of cases) {
    assert.equal(
      await failureOf("a.mp4", options),
      `Cannot decode "a.mp4": ${rule}`,
    );
  }
});
