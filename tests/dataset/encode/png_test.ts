import assert from "node:assert/strict";
import { decode } from "fast-png";
import { frameImage, writePng } from "lib/dataset/encode/mod.ts";
import { clipOf, temporaryFolder } from "../_video_fixture.ts";

Deno.test("writePng() is lossless", async () => {
  await using folder = await temporaryFolder();
  const path = folder.file("a.png");
  const data = Uint8Array.from({ length: 5 * 3 * 3 }, (_, i) => i * 5);
  await writePng(path, { width: 5, height: 3, data });
  const { width, height, channels, depth, data: read } = decode(
    await Deno.readFile(path),
  );
  assert.deepEqual({ width, height, channels, depth }, {
    width: 5,
    height: 3,
    channels: 3,
    depth: 8,
  });
  assert.deepEqual([...read], [...data]);
});

Deno.test("frameImage() rounds and clamps one frame", () => {
  const clip = clipOf(
    { frames: 2, height: 1, width: 2, fps: 8 },
    (i, _, x) => i === 0 ? [0, 0, 0] : x === 0 ? [0.2, 0.5, 1] : [-1, 2, NaN],
  );
  assert.deepEqual([...frameImage(clip, 1).data], [51, 128, 255, 0, 255, 0]);
});

Deno.test("frameImage() rejects an index out of range", () => {
  const clip = clipOf(
    { frames: 2, height: 1, width: 1, fps: 8 },
    () => [0, 0, 0],
  );
  assert.throws(() => frameImage(clip, 2), {
    name: "RangeError",
    message:
      "Cannot take a frame of a clip: the index must be in [0, 2): current value is 2",
  });
});
