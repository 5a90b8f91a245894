import assert from "node:assert/strict";
import { Rng } from "lib/core/mod.ts";
import {
  curate,
  type KeptRow,
  manifestClips,
  type ManifestRow,
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
  ], OPTIONS).map((row) => ({ ...row, ...changes }) as ManifestRow);
  const manifest = folder.file("out/manifest.jsonl");
  await writeManifest(manifest, rows);
  await use(manifest, rows);
}

Deno.test("manifestClips() returns clips of the requested shape from all of the shot", async () => {
  await withManifest(async (manifest) => {
    const source = await manifestClips({ manifest, phase: 1, split: "train" });
    assert.equal(source.length, 1);
    assert.equal(source.name, `${manifest}, phase 1, train`);
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

Deno.test("manifestClips() returns the same clip and id for the same generator", async () => {
  const captions = [
    { text: "it gets lighter", language: "en" },
    { text: "es wird heller", language: "de" },
  ];
  await withManifest(async (manifest) => {
    const source = await manifestClips({ manifest, split: "train" });
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

Deno.test("manifestClips() rejects shots, indices and lengths that it lacks", async () => {
  await withManifest(async (manifest) => {
    await assert.rejects(
      manifestClips({ manifest, phase: 2, split: "train" }),
      {
        name: "InputError",
        message:
          `Cannot take clips from ${manifest}, phase 2, train: there must be a shot of 0 s or more: the manifest holds none (1 kept shots in all); ask for shorter clips, another phase or split, or ingest more videos`,
      },
    );
    await assert.rejects(
      manifestClips({ manifest, split: "train", minSeconds: 2.1 }),
      { name: "InputError", message: /must be a shot of 2\.1 s or more/ },
    );
    const source = await manifestClips({ manifest, split: "train" });
    await assert.rejects(
      source.clipAt(0, { ...SHAPE, frames: 11 }, new Rng(1)),
      {
        name: "InputError",
        message:
          'Cannot take 11 frames at 5 fps from shot aaaaaaaaaaaaaaaa-0000 of "../ein Ordner/a.mp4": it must last longer than 2 s: it lasts 2 s; ask for minSeconds 2.2, or for shorter clips',
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
      name: "InputError",
      message: /^Cannot read ".*ein Ordner\/a\.mp4": the file must exist/,
    });
  });
});
