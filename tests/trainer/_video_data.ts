import assert from "node:assert/strict";
import {
  curate,
  type ManifestRow,
  writeManifest,
} from "lib/dataset/curate/mod.ts";
import { writeMp4 } from "lib/dataset/encode/mod.ts";
import type { Phase } from "lib/dataset/vocabulary/mod.ts";
import { brightnessClip } from "../dataset/_video_fixture.ts";
import { CALM, fileOf, OPTIONS, segmentOf } from "../dataset/curate/_rows.ts";

/** A shot of a manifest that is made here. */
export interface TestShot {
  readonly phase?: Phase;
  readonly split?: "train" | "validation";
  readonly size?: readonly [width: number, height: number];
  readonly seconds?: number;
  readonly caption?: string;
  readonly subjects?: number;
}

/** Writes a folder of ingested video; each shot is a file of 10 fps. */
export async function writeData(
  folder: string,
  shots: readonly TestShot[],
): Promise<string> {
  await Deno.mkdir(folder, { recursive: true });
  const rows: ManifestRow[] = [];
  for (const [i, shot] of shots.entries()) {
    const [width, height] = shot.size ?? [64, 64];
    const seconds = shot.seconds ?? 2;
    const name = `${i}.mp4`;
    await writeMp4(
      `${folder}/${name}`,
      brightnessClip({
        frames: Math.round(seconds * 10),
        height,
        width,
        fps: 10,
      }),
    );
    const [row] = curate([
      fileOf(name, i.toString(16), [
        segmentOf({
          endSeconds: seconds,
          scores: { ...CALM, subjects: shot.subjects ?? 1 },
        }),
      ], {
        captions: shot.caption ? [{ text: shot.caption, language: "en" }] : [],
      }),
    ], { ...OPTIONS, minSeconds: 0 });
    assert.ok(row?.status === "kept");
    rows.push({
      ...row,
      phase: shot.phase ?? 1,
      split: shot.split ?? "train",
      video: { ...row.video, width, height, fps: 10 },
    });
  }
  await writeManifest(`${folder}/manifest.jsonl`, rows);
  return folder;
}
