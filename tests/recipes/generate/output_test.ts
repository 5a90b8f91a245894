import assert from "node:assert/strict";
import { decodeClip } from "lib/dataset/decode/mod.ts";
import { demoScene, renderScene } from "lib/dataset/synthetic/mod.ts";
import { outputAt } from "lib/recipes/generate/output.ts";
import { writeVideos } from "lib/recipes/generate/write_videos.ts";

const clip = await renderScene(demoScene, {
  frames: 4,
  height: 32,
  width: 32,
  fps: 8,
});

Deno.test("outputAt() a file writes one video and a contact sheet beside it", async () => {
  const folder = await Deno.makeTempDir();
  for (const ending of ["mp4", "gif"]) {
    const path = `${folder}/new/kite.${ending}`;
    const output = outputAt(path, 1);
    await writeVideos(output, [clip], ["a kite"]);
    assert.deepEqual(output, {
      folder: `${folder}/new`,
      videos: [path],
      sheet: `${folder}/new/kite.png`,
    });
    const found = await decodeClip(path, {
      frames: 4,
      height: 32,
      width: 32,
      fps: 8,
    });
    assert.equal(found.frames, 4);
  }
  await Deno.remove(folder, { recursive: true });
});

Deno.test("outputAt() a folder writes a video for each clip", async () => {
  const folder = await Deno.makeTempDir();
  const output = outputAt(`${folder}/out`, 2);
  await writeVideos(output, [clip, clip], ["", ""]);
  assert.deepEqual(output.videos, [
    `${folder}/out/video_01.mp4`,
    `${folder}/out/video_02.mp4`,
  ]);
  assert.deepEqual(
    [...Deno.readDirSync(`${folder}/out`)].map(({ name }) => name).sort(),
    ["contact_sheet.png", "video_01.mp4", "video_02.mp4"],
  );
  await Deno.remove(folder, { recursive: true });
});

Deno.test("outputAt() refuses other endings, and several videos in one file", () => {
  assert.throws(() => outputAt("a/b.avi", 1), {
    name: "InputError",
    message:
      'Cannot use --out: a file must end in .mp4 or .gif: current value is "a/b.avi"; give another ending, or a folder\'s name',
  });
  assert.throws(() => outputAt("b.mp4", 3), {
    name: "InputError",
    message:
      'Cannot use --out: several videos must go to a folder: current value is "b.mp4" for 3; give a folder\'s name',
  });
});
