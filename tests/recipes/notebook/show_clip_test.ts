import assert from "node:assert/strict";
import type { Clip } from "lib/core/mod.ts";
import { clipFrames, clipVideo, clipVideos } from "lib/recipes/notebook/mod.ts";

/** Each frame is grey, brighter from first to last. */
function brightening(frames: number): Clip {
  const size = 16 * 16 * 3;
  const data = new Float32Array(frames * size);
  for (let i = 0; i < frames; i++) {
    data.fill(i / frames, i * size, (i + 1) * size);
  }
  return { frames, height: 16, width: 16, fps: 8, data };
}

Deno.test("clipVideo() keeps the MP4 it shows, and has the same as a GIF", async () => {
  const path = await Deno.makeTempFile({ suffix: ".mp4" });
  const { mp4, gif, caption } = await clipVideo(path, brightening(4), "up");
  assert.equal(caption, "up");
  assert.deepEqual(mp4, await Deno.readFile(path));
  assert.equal(new TextDecoder().decode(mp4.subarray(4, 8)), "ftyp");
  assert.equal(new TextDecoder().decode(gif!.subarray(0, 6)), "GIF89a");
});

Deno.test("clipFrames() shows the first, the last and evenly between, and no frame twice", () => {
  const captions = (frames: number, count: number): string[] =>
    clipFrames(brightening(frames), count).images.map(({ caption }) => caption);
  assert.deepEqual(captions(16, 4), [
    "frame 0",
    "frame 5",
    "frame 10",
    "frame 15",
  ]);
  assert.deepEqual(captions(2, 4), ["frame 0", "frame 1"]);
  assert.deepEqual(captions(8, 1), ["frame 0"]);
  const { images } = clipFrames(brightening(3), 3);
  assert.equal(new Set(images.map(({ png }) => png.toBase64())).size, 3);
});

Deno.test("clipVideos() numbers its files and keeps the order of the captions", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const clips = [brightening(4), brightening(8)];
    const { videos } = await clipVideos(`${folder}/seed`, clips, ["a", "b"]);
    assert.deepEqual(videos.map(({ caption }) => caption), ["a", "b"]);
    assert.deepEqual(
      videos[1]!.mp4,
      await Deno.readFile(`${folder}/seed_1.mp4`),
    );
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
