import { dirname, resolve } from "node:path";
import { InputError, type Rng } from "lib/core/mod.ts";
import type { ClipSource } from "../batches/clip_source.ts";
import { decodeClip, latestStart } from "../decode/mod.ts";
import type { Phase } from "../vocabulary/mod.ts";
import { readManifest } from "./manifest/file.ts";
import type { Caption, KeptRow } from "./manifest/row.ts";
import { rounded } from "./manifest/rules.ts";

/** Which shots of a manifest to read. */
interface ManifestClipsOptions {
  /** Path of a `manifest.jsonl` that `deno task ingest` wrote. */
  readonly manifest: string;
  /** All phases if absent. */
  readonly phase?: Phase;
  readonly split: KeptRow["split"];
  /**
   * Shortest shot, seconds: frames / fps of the longest clip; 0 if absent.
   */
  readonly minSeconds?: number;
}

/** The caption of a shot without captions. */
const UNCAPTIONED: Caption = { text: "", language: "und" };

/**
 * A source of real clips: the kept shots of a manifest, one clip per shot and
 * epoch. `rng` chooses the part of a longer shot, so that all of it is seen over
 * the epochs, and one of its captions. Shots without captions have the empty one.
 *
 * @throws {InputError} if the manifest is unreadable, or has no such shot
 *
 * @example
 * ```ts
 * import { manifestClips, writeManifest } from "lib/dataset/curate/mod.ts";
 * import assert from "node:assert/strict";
 *
 * const manifest = await Deno.makeTempFile({ suffix: ".jsonl" });
 * await writeManifest(manifest, []);
 * await assert.rejects(manifestClips({ manifest, phase: 1, split: "train" }), /holds none/);
 * ```
 */
export async function manifestClips(
  { manifest, phase, split, minSeconds = 0 }: ManifestClipsOptions,
): Promise<ClipSource> {
  const rows = await readManifest(manifest);
  const kept = rows.filter((row) => row.status === "kept");
  const shots = kept.filter((row) =>
    (phase === undefined || row.phase === phase) && row.split === split &&
    secondsOf(row) >= minSeconds
  );
  const name = `${manifest}, ${
    phase === undefined ? "all phases" : `phase ${phase}`
  }, ${split}`;
  if (shots.length === 0) {
    throw new InputError(
      `Cannot take clips from ${name}: there must be a shot of ${minSeconds} s or more: ` +
        `the manifest holds none (${kept.length} kept shots in all); ` +
        "ask for shorter clips, another phase or split, or ingest more videos",
    );
  }
  const folder = dirname(resolve(manifest));
  return {
    name,
    length: shots.length,
    async clipAt(index, shape, rng) {
      const row = shots[index];
      if (row === undefined) {
        throw new RangeError(
          `Cannot take a clip of ${name}: the index must be in [0, ${shots.length}): ` +
            `current value is ${index}`,
        );
      }
      const room = latestStart({ ...row.shot, ...shape }) -
        row.shot.startSeconds;
      if (room < 0) throw tooShort(row, shape.frames, shape.fps);
      const startSeconds = row.shot.startSeconds + rng.uniform() * room;
      const description = captionOf(row, rng);
      const { frames, height, width, fps } = shape;
      const clip = await decodeClip(
        resolve(folder, row.source.path),
        { frames, height, width, fps, startSeconds },
      );
      const id = `${row.id}@${startSeconds.toFixed(3)}`;
      return { id, clip, ...description };
    },
    captionAt(index, rng) {
      rng.uniform(); // as in clipAt, which chooses the part with it
      return Promise.resolve(captionOf(shots[index]!, rng));
    },
  };
}

function captionOf(
  { captions }: KeptRow,
  rng: Rng,
): { caption: string; language: string } {
  const { text, language } = captions.length === 0
    ? UNCAPTIONED
    : rng.pick(captions);
  return { caption: text, language };
}

function secondsOf({ shot }: KeptRow): number {
  return shot.endSeconds - shot.startSeconds;
}

function tooShort(row: KeptRow, frames: number, fps: number): InputError {
  return new InputError(
    `Cannot take ${frames} frames at ${fps} fps from shot ${row.id} of ` +
      `"${row.source.path}": it must last longer than ${
        rounded((frames - 1) / fps)
      } s: it lasts ${rounded(secondsOf(row))} s; ` +
      `ask for minSeconds ${rounded(frames / fps)}, or for shorter clips`,
  );
}
