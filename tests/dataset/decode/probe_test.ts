import assert from "node:assert/strict";
import { InputError } from "lib/core/mod.ts";
import { probe } from "lib/dataset/decode/mod.ts";
import { writeGif, writeMp4 } from "lib/dataset/encode/mod.ts";
import {
  brightnessClip,
  stripedY4m,
  temporaryFolder,
  writeAtTimes,
} from "../_video_fixture.ts";

const CLIP = brightnessClip({ frames: 12, height: 32, width: 48, fps: 12.5 });

Deno.test("probe() reads size, rate, duration, frames and codec of an mp4", async () => {
  await using folder = await temporaryFolder();
  const path = folder.file("a.mp4");
  await writeMp4(path, CLIP);
  assert.deepEqual(await probe(path), {
    path,
    width: 48,
    height: 32,
    stored: { width: 48, height: 32 },
    fps: 12.5,
    durationSeconds: 0.96,
    frames: 12,
    codec: "h264",
  });
});

Deno.test("probe() counts the frames of a GIF and names its codec", async () => {
  await using folder = await temporaryFolder();
  const path = folder.file("a.gif");
  await writeGif(path, CLIP);
  const { codec, frames, fps, durationSeconds } = await probe(path);
  assert.deepEqual(
    { codec, frames, fps, durationSeconds },
    { codec: "gif", frames: 12, fps: 12.5, durationSeconds: 0.96 },
  );
});

Deno.test("probe() estimates the frames of a webm, which does not state them", async () => {
  await using folder = await temporaryFolder();
  const path = folder.file("a.webm");
  await writeAtTimes(
    path,
    CLIP,
    "webm",
    Array.from({ length: 12 }, (_, i) => i * 80),
  );
  const { codec, frames } = await probe(path);
  assert.equal(codec, "vp9");
  assert.ok(Math.abs(frames - 12) <= 1, `${frames} frames`);
});

Deno.test("probe() reads a webm without a duration to its end", async () => {
  await using folder = await temporaryFolder();
  const path = folder.file("recorded.webm");
  const times = Array.from({ length: 12 }, (_, i) => i * 80);
  await writeAtTimes(path, CLIP, "webm", times, { live: "1" });
  const { durationSeconds } = await probe(path);
  assert.ok(Math.abs(durationSeconds - 0.96) < 0.05, `${durationSeconds} s`);
});

Deno.test("probe() returns the displayed size of a rotated video", async () => {
  await using folder = await temporaryFolder();
  const path = folder.file("phone.mp4");
  await writeMp4(path, CLIP);
  const bytes = await Deno.readFile(path);
  const matrix = new TextDecoder("latin1").decode(bytes).indexOf("tkhd") + 44;
  const view = new DataView(bytes.buffer);
  const one = 0x10000;
  for (const [at, value] of [[0, 0], [4, one], [12, -one], [16, 0]] as const) {
    view.setInt32(matrix + at, value);
  }
  await Deno.writeFile(path, bytes);
  const { width, height } = await probe(path);
  assert.deepEqual([width, height], [32, 48]);
});

Deno.test("probe() tells the stored size of pixels that are not square", async () => {
  await using folder = await temporaryFolder();
  const path = folder.file("wide.y4m");
  await Deno.writeFile(path, stripedY4m(2));
  const { width, height, stored } = await probe(path);
  assert.deepEqual({ width, height }, { width: 32, height: 16 });
  assert.deepEqual(stored, { width: 16, height: 16 });
});

Deno.test("probe() rejects a file without video", async () => {
  await using folder = await temporaryFolder();
  const path = folder.file("a.mp4");
  await Deno.writeTextFile(path, "not a video");
  await assert.rejects(probe(path), (error) => {
    assert.ok(error instanceof InputError);
    assert.equal(
      error.message,
      `Cannot decode "${path}": the file must hold a video: it is a text file; pass a video`,
    );
    return true;
  });
});
