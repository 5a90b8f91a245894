import { dirname, resolve } from "node:path";
import { InputError } from "lib/core/mod.ts";
import { type Phase, PHASES } from "../../vocabulary/mod.ts";
import { manifestRows } from "./file.ts";
import type { Caption, KeptRow } from "./row.ts";
import { phaseDistance } from "./rules.ts";

/** A kept shot of a manifest: the part of its row that training needs. */
export interface Shot {
  /** Derived from the contents of the file. */
  readonly id: string;
  /** Absolute path of the file. */
  readonly path: string;
  readonly startSeconds: number;
  readonly endSeconds: number;
  /** Frames; 1 for a picture. */
  readonly pictures: number;
  /** Frames per second of the file. */
  readonly fps: number;
  /** Pixels as displayed. */
  readonly width: number;
  readonly height: number;
  readonly phase: Phase;
  /** How far the scores are from each phase, 0 for its own; index 0 is phase 1. */
  readonly distances: readonly number[];
  readonly split: KeptRow["split"];
  readonly captions: readonly Caption[];
  readonly labels?: Readonly<Record<string, string>>;
}

/**
 * Reads the kept shots of a manifest.
 *
 * @param path A `manifest.jsonl` that `deno task ingest` wrote.
 * @throws {InputError} naming the file, the line and the field that is wrong, or
 *   if no shot is kept
 *
 * @example
 * ```ts
 * import { readShots, writeManifest } from "lib/dataset/curate/mod.ts";
 * import assert from "node:assert/strict";
 *
 * const path = await Deno.makeTempFile({ suffix: ".jsonl" });
 * await writeManifest(path, []);
 * await assert.rejects(readShots(path), /holds no kept shot/);
 * ```
 */
export async function readShots(path: string): Promise<Shot[]> {
  const folder = dirname(resolve(path));
  const shots: Shot[] = [];
  let rows = 0;
  for await (const row of manifestRows(path)) {
    rows++;
    if (row.status === "kept") shots.push(shotOf(row, folder));
  }
  if (shots.length > 0) return shots;
  throw new InputError(
    `Cannot train on "${path}": the manifest must hold a kept shot: it holds no ` +
      `kept shot in ${rows} rows; summary.txt beside it gives the reasons`,
  );
}

function shotOf(row: KeptRow, folder: string): Shot {
  const { id, source, shot, video, phase, scores, split, captions, labels } =
    row;
  return {
    id,
    path: resolve(folder, source.path),
    startSeconds: shot.startSeconds,
    endSeconds: shot.endSeconds,
    pictures: shot.pictures,
    fps: video.fps,
    width: video.width,
    height: video.height,
    phase,
    distances: PHASES.map((other) =>
      other === phase ? 0 : phaseDistance(scores, other)
    ),
    split,
    captions,
    ...(labels && { labels }),
  };
}
