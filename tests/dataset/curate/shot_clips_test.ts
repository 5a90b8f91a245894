import assert from "node:assert/strict";
import { Rng } from "lib/core/mod.ts";
import {
  curate,
  type KeptRow,
  type ManifestRow,
  readShots,
  shotClips,
  writeManifest,
} from "lib/dataset/curate/mod.ts";
import { writeMp4 } from "lib/dataset/encode/mod.ts";
import {
  brightnessClip,
  indicesIn,
  temporaryFolder,
} from "../_video_fixture.ts";
import { fileOf, OPTIONS, segmentOf } from "./_rows.ts";

/** Frames of the video, at 10 fps; each is one grey that tells its number. */
const PICTURES = 40;
const SHAPE = { frames: 5, height: 16, width: 16, fps: 5 };

/** A manifest of one shot, of frames 10 to 29, in a folder beside the video's. */
async function withManifest(
  use: (manifest: string, rows: ManifestRow[]) => Promise<void>,
  changes: Partial<KeptRow> = {},
): Promise<void> {
  await using folder = await temporaryFolder();
  await Deno.mkdir(folder.file("out"));
  await Deno.mkdir(folder.file("ein Ordner"));
  await writeMp4(
    folder.file("ein Ordner/a.mp4"),
    brightnessClip({ frames: PICTURES, height: 32, width: 32, fps: 10 }),
  );
  const rows = curate([
    fileOf("../ein Ordner/a.mp4", "a", [
      segmentOf({ startSeconds: 1, endSeconds: 3 }),
    ]),
  ], OPTIONS).map((row) =>
    ({
      ...row,
      video: { ...row.video, fps: 10 },
      ...changes,
    }) as ManifestRow
  );
  const manifest = folder.file("out/manifest.jsonl");
  await writeManifest(manifest, rows);
  await use(manifest, rows);
}

Deno.test("shotClips() returns clips of the requested shape from all of the shot", async () => {
  await withManifest(async (manifest) => {
    const source = shotClips("mine", await readShots(manifest));
    assert.equal(source.length, 1);
    assert.equal(source.name, "mine");
    const first = new Set<number>(), last = new Set<number>();
    for (let epoch = 0; epoch < 60; epoch++) {
      const rng = new Rng(3).fork(`${epoch}`);
      const { clip, caption, language } = await source.clipAt(0, SHAPE, rng);
      const { data: _, ...shape } = clip;
      assert.deepEqual(shape, SHAPE);
      assert.deepEqual([caption, language], ["", "und"]);
      const indices = indicesIn(clip, PICTURES);
      assert.ok(indices[0]! >= 10 && indices.at(-1)! <= 29, `${indices}`);
      // Resampled by time: every second frame of 10 fps at 5.
      assert.equal(indices.at(-1)! - indices[0]!, 8);
      first.add(indices[0]!);
      last.add(indices.at(-1)!);
    }
    assert.equal(Math.min(...first), 10);
    assert.equal(Math.max(...last), 29);
    assert.ok(first.size >= 10, `${first.size} beginnings`);
  });
});

Deno.test("shotClips() returns the same clip and id for the same generator", async () => {
  const captions = [
    { text: "it gets lighter", language: "en" },
    { text: "es wird heller", language: "de" },
  ];
  await withManifest(async (manifest) => {
    const source = shotClips("mine", await readShots(manifest));
    const [a, b] = [
      await source.clipAt(0, SHAPE, new Rng(5)),
      await source.clipAt(0, SHAPE, new Rng(5)),
    ];
    assert.deepEqual(a, b);
    assert.match(a.id, /^a{16}-0000@[12]\.\d{3}$/);
    const seen = new Set<string>();
    for (let i = 0; i < 20; i++) {
      const { caption, language } = await source.clipAt(0, SHAPE, new Rng(i));
      seen.add(`${language}: ${caption}`);
    }
    assert.deepEqual([...seen].sort(), [
      "de: es wird heller",
      "en: it gets lighter",
    ]);
  }, { captions });
});

Deno.test("shotClips() rejects indices and lengths that it lacks, and names a lost file", async () => {
  await withManifest(async (manifest) => {
    const source = shotClips("mine", await readShots(manifest));
    await assert.rejects(
      source.clipAt(0, { ...SHAPE, frames: 11 }, new Rng(1)),
      {
        name: "UnreadableClipError",
        message:
          /^Cannot use shot a{16}-0000 of ".*a\.mp4": .* must last 2 s and a frame: it lasts 2 s; restore the file, or ingest again$/,
      },
    );
    await assert.rejects(source.clipAt(1, SHAPE, new Rng(1)), {
      name: "RangeError",
      message: /the index must be in \[0, 1\): current value is 1$/,
    });
    await Deno.remove(
      manifest.replace("out/manifest.jsonl", "ein Ordner/a.mp4"),
    );
    await assert.rejects(source.clipAt(0, SHAPE, new Rng(1)), {
      name: "UnreadableClipError",
      message:
        /^Cannot use shot .* of ".*ein Ordner\/a\.mp4": the file must exist/,
    });
  });
});

Deno.test("shotClips() takes as many frames as a shot holds, from any start", async () => {
  await withManifest(async (manifest) => {
    const source = shotClips("mine", await readShots(manifest));
    // The shot has 20 frames at 10 fps: a clip of all of them has one start.
    const all = { ...SHAPE, frames: 20, fps: 10 };
    for (let i = 0; i < 20; i++) {
      const { clip } = await source.clipAt(0, all, new Rng(i));
      assert.deepEqual(
        indicesIn(clip, PICTURES),
        Array.from({ length: 20 }, (_, frame) => 10 + frame),
      );
    }
  });
});

Deno.test("shotClips() repeats a picture and shuffles sentences where asked", async () => {
  await withManifest(async (manifest) => {
    const [shot] = await readShots(manifest);
    const picture = { ...shot!, pictures: 1, endSeconds: 1.1 };
    const source = shotClips("mine", [picture], { shufflesSentences: true });
    const { clip } = await source.clipAt(0, SHAPE, new Rng(1));
    assert.deepEqual(indicesIn(clip, PICTURES), [10, 10, 10, 10, 10]);
    const seen = new Set<string>();
    for (let i = 0; i < 9; i++) {
      seen.add((await source.captionAt!(0, new Rng(i))).caption);
    }
    assert.deepEqual([...seen].sort(), ["A cat. It runs.", "It runs. A cat."]);
  }, { captions: [{ text: "A cat. It runs.", language: "en" }] });
});
