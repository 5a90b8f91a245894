import assert from "node:assert/strict";
import { Rng } from "lib/core/mod.ts";
import type { ClipSource } from "lib/dataset/batches/mod.ts";
import { UnreadableClipError } from "lib/dataset/curate/mod.ts";
import {
  readableClips,
  UnreadableFiles,
} from "lib/trainer/data/readable_clips.ts";

const SHAPE = { frames: 1, height: 1, width: 1, fps: 8 };

/** Clips of which some cannot be read; each names its number. */
function clipsBut(bad: readonly number[], length: number): ClipSource {
  return {
    name: "test",
    length,
    clipAt(index, { frames, height, width, fps }) {
      if (bad.includes(index)) {
        return Promise.reject(
          new UnreadableClipError(`${index}.mp4`, `Cannot use ${index}`),
        );
      }
      const data = new Float32Array(3);
      const clip = { frames, height, width, fps, data };
      return Promise.resolve({
        id: `${index}`,
        clip,
        caption: "",
        language: "und",
      });
    },
  };
}

Deno.test("readableClips() replaces an unreadable clip by the same one and records it once", async () => {
  const lines: string[] = [];
  const files = new UnreadableFiles(100, (line) => lines.push(line));
  const source = readableClips(clipsBut([7], 20), files);
  const first = await source.clipAt(7, SHAPE, new Rng(3));
  assert.notEqual(first.id, "7");
  assert.equal(String(first.index), first.id);
  assert.deepEqual(await source.clipAt(7, SHAPE, new Rng(3)), first);
  const whole = await source.clipAt(8, SHAPE, new Rng(3));
  assert.deepEqual([whole.id, whole.index], ["8", undefined]);
  assert.deepEqual(files.record(), { unreadable: ["Cannot use 7"] });
  assert.deepEqual(files.record(), {});
  assert.deepEqual(lines, [
    "note: another clip takes the place of an unreadable one: Cannot use 7",
  ]);
});

Deno.test("more than 1 % unreadable files, and one more, end the run with the list", async () => {
  const files = new UnreadableFiles(100, () => {});
  const source = readableClips(clipsBut([1, 2, 3], 100), files);
  await source.clipAt(1, SHAPE, new Rng(0));
  await source.clipAt(2, SHAPE, new Rng(0));
  await assert.rejects(source.clipAt(3, SHAPE, new Rng(0)), {
    name: "InputError",
    message:
      "Cannot train on the data: at most 1 % of the files may be unreadable: " +
      "3 of 100 are: Cannot use 1 | Cannot use 2 | Cannot use 3; restore them, " +
      "or ingest again",
  });
});

Deno.test("other errors are not replaced", async () => {
  const source = readableClips({
    name: "broken",
    length: 3,
    clipAt: () => Promise.reject(new TypeError("a defect")),
  }, new UnreadableFiles(3, () => {}));
  await assert.rejects(source.clipAt(0, SHAPE, new Rng(0)), {
    name: "TypeError",
    message: "a defect",
  });
});
