import assert from "node:assert/strict";
import { decodeClip } from "lib/dataset/decode/mod.ts";
import { demoScene, renderScene } from "lib/dataset/synthetic/mod.ts";
import {
  assertWritable,
  newOutput,
  outputAt,
} from "lib/recipes/generate/output.ts";
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
    await writeVideos(output, [clip], [{ prompt: "a kite", seed: 1 }]);
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
  await writeVideos(output, [clip, clip], [
    { prompt: "", seed: 1 },
    { prompt: "", seed: 2 },
  ]);
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

Deno.test("newOutput() numbers on in a folder and refuses to replace a file", async () => {
  const folder = await Deno.makeTempDir();
  const names = async (count: number, overwrite = false): Promise<string[]> => {
    const { videos, sheet } = await newOutput(folder, count, overwrite);
    return [...videos, sheet].map((path) => path.slice(folder.length + 1));
  };
  assert.deepEqual(await names(1), ["video_01.mp4", "contact_sheet.png"]);
  await Deno.writeTextFile(`${folder}/video_02.mp4`, "");
  await Deno.writeTextFile(`${folder}/contact_sheet.png`, "");
  const next = ["video_03.mp4", "video_04.mp4", "contact_sheet_03.png"];
  assert.deepEqual(await names(2), next);
  assert.deepEqual(await names(1, true), ["video_01.mp4", "contact_sheet.png"]);
  // The contact sheet of kite.mp4 would replace a picture of the same name.
  await Deno.writeTextFile(`${folder}/kite.png`, "a photograph");
  const file = `${folder}/kite.mp4`;
  await assert.rejects(() => newOutput(file, 1, false), {
    name: "InputError",
    message: `Cannot write "${folder}/kite.png": it must not exist yet: it ` +
      "does; choose another with --out, or pass --overwrite to replace it",
  });
  assert.deepEqual((await newOutput(file, 1, true)).videos, [file]);
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

Deno.test("outputAt() takes a name with another dot for a folder", () => {
  for (const path of ["runs/exp.2024", "a.b/c", "v1.5", "x.safe"]) {
    assert.equal(outputAt(path, 1).folder, path);
  }
});

Deno.test("assertWritable() refuses places and rates before anything is drawn", async () => {
  const folder = await Deno.makeTempDir();
  const shape = { width: 64, height: 64, fps: 8 };
  await Deno.writeTextFile(`${folder}/file`, "");
  await Deno.mkdir(`${folder}/out/video_01.mp4`, { recursive: true });
  await Deno.mkdir(`${folder}/kite.png`);
  const refuses = (
    path: string,
    message: RegExp,
    given: Partial<typeof shape> = {},
  ): Promise<void> =>
    assert.rejects(
      assertWritable(outputAt(`${folder}/${path}`, 1), { ...shape, ...given }),
      { name: "InputError", message },
    );
  await refuses("file/inside.mp4", /must be a file that may be written: /);
  await refuses(
    "file",
    /video_01\.mp4": it must be a file that may be written/,
  );
  await refuses(
    "out",
    /video_01\.mp4": it must be a file or not exist: it is a/,
  );
  await refuses("kite.mp4", /kite\.png": .*: it is a folder; .* --out$/);
  await refuses("a.mp4", /rate must be at least 0\.01 fps: it is 0\.001/, {
    fps: 0.001,
  });
  await refuses("a.gif", /rate must be from 0\.01 to 50 fps: it is 60/, {
    fps: 60,
  });
  await assertWritable(outputAt(`${folder}/new/a.mp4`, 1), shape);
  assert.deepEqual(
    [...Deno.readDirSync(folder)].map(({ name }) => name).sort(),
    ["file", "kite.png", "out"],
  );
  await Deno.remove(folder, { recursive: true });
});
