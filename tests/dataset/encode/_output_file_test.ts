import assert from "node:assert/strict";
import { AVERROR_EINVAL, AVERROR_ENOSPC } from "node-av/constants";
import { type Clip, InputError } from "lib/core/mod.ts";
import { writeGif, writeMp4, writePng } from "lib/dataset/encode/mod.ts";
import {
  asVideoError,
  writeThroughTemporary,
} from "lib/dataset/encode/_output_file.ts";
import { FfmpegRefusal } from "lib/dataset/ffmpeg/mod.ts";
import { brightnessClip, temporaryFolder } from "../_video_fixture.ts";

const CLIP = brightnessClip({ frames: 2, height: 16, width: 16, fps: 8 });
const IMAGE = { width: 1, height: 1, data: new Uint8Array(3) };

const writers: [string, (path: string, clip: Clip) => Promise<void>][] = [
  ["writeMp4", writeMp4],
  ["writeGif", writeGif],
  ["writePng", (path) => writePng(path, IMAGE)],
];

/** Deno makes links only for those who may read and write anywhere. */
const mayLink = (await Promise.all(
  (["read", "write"] as const).map((name) => Deno.permissions.query({ name })),
)).every(({ state }) => state === "granted");

async function failureOf(writing: Promise<void>): Promise<string> {
  try {
    await writing;
  } catch (error) {
    assert.ok(error instanceof InputError, String(error));
    return error.message;
  }
  return "no failure";
}

for (const [name, write] of writers) {
  Deno.test(`${name}() rejects a destination that is no file in a folder`, async () => {
    await using folder = await temporaryFolder();
    const missing = folder.file("missing");
    assert.equal(
      await failureOf(write(`${missing}/a`, CLIP)),
      `Cannot write "${missing}/a": its folder must exist: "${missing}" does not; create it first`,
    );
    const file = folder.file("file");
    await Deno.writeTextFile(file, "");
    assert.equal(
      await failureOf(write(`${file}/a`, CLIP)),
      `Cannot write "${file}/a": its folder must be a folder: "${file}" is a file; choose another place`,
    );
    assert.equal(
      await failureOf(write(folder.path, CLIP)),
      `Cannot write "${folder.path}": it must name a file: it is a folder; add a file name`,
    );
    assert.deepEqual(
      [...Deno.readDirSync(folder.path)].map((f) => f.name),
      ["file"],
    );
  });

  Deno.test({
    name: mayLink
      ? `${name}() refuses to replace a device`
      : `${name}() refuses to replace a device (skipped: links need --allow-read and --allow-write without a path)`,
    ignore: !mayLink,
    fn: async () => {
      await using folder = await temporaryFolder();
      const device = folder.file("device");
      await Deno.symlink("/dev/null", device);
      assert.equal(
        await failureOf(write(device, CLIP)),
        `Cannot write "${device}": it must name a file: it is a device; name a file`,
      );
      assert.deepEqual(
        [...Deno.readDirSync(folder.path)].map((f) => f.name),
        ["device"],
      );
    },
  });

  Deno.test({
    name: `${name}() names the permission that Deno lacks`,
    permissions: { write: false },
    fn: async () => {
      assert.equal(
        await failureOf(write("a", CLIP)),
        'Cannot write "a": Deno must be allowed to write it: it is not; run with --allow-read and --allow-write for "."',
      );
    },
  });
}

Deno.test("writeThroughTemporary() keeps the old file when the writer fails", async () => {
  await using folder = await temporaryFolder();
  const path = folder.file("a.mp4");
  await Deno.writeTextFile(path, "old");
  const defect = new TypeError("broken");
  await assert.rejects(
    writeThroughTemporary(path, async (temporary) => {
      await Deno.writeTextFile(temporary, "half");
      throw defect;
    }),
    (error) => error === defect,
  );
  assert.equal(await Deno.readTextFile(path), "old");
  assert.deepEqual([...Deno.readDirSync(folder.path)].map((f) => f.name), [
    "a.mp4",
  ]);
});

Deno.test("asVideoError() reports a full disk and returns defects unchanged", () => {
  const full = asVideoError(
    "a.mp4",
    new FfmpegRefusal(AVERROR_ENOSPC, "write"),
  );
  assert.ok(full instanceof InputError);
  assert.equal(
    full.message,
    'Cannot write "a.mp4": the disk must take it: the system says "No space left on device"; check the place and the space on it',
  );
  const defect = new FfmpegRefusal(AVERROR_EINVAL, "open the encoder");
  assert.equal(asVideoError("a.mp4", defect), defect);
  assert.equal(
    defect.message,
    'Cannot open the encoder: FFmpeg must accept it: current answer is "Invalid argument"',
  );
});
