import { resolve } from "node:path";
import type { Clip } from "../../core/mod.ts";
import type { KeptRow } from "../../dataset/curate/mod.ts";
import {
  contactSheet,
  type SheetRow,
  writePng,
} from "../../dataset/encode/mod.ts";
import { type DecodingWorker, FileFailure } from "./worker.ts";

/** Shots on a sheet, evenly spread over those of the phase. */
const SHOTS = 12;
/** Frames per shot, from its first to its last. */
const FRAMES = 8;
/** Pixels per frame, at its own aspect. */
const AREA = 96 * 160;

/**
 * Draws a contact sheet of shots.
 *
 * @param folder Of the manifest.
 */
export async function writeSheet(
  path: string,
  rows: readonly KeptRow[],
  folder: string,
  worker: DecodingWorker,
): Promise<void> {
  const step = Math.max(1, rows.length / SHOTS);
  const shown = rows.filter((_, i) => Math.floor(i % step) === 0);
  const strips: SheetRow[] = [];
  for (const row of shown.slice(0, SHOTS)) {
    const clip = await clipOf(row, folder, worker);
    if (clip !== undefined) strips.push({ label: labelOf(row), clip });
  }
  if (strips.length === 0) return;
  await writePng(path, await contactSheet(strips, { columns: FRAMES }));
}

async function clipOf(
  { source, shot, video }: KeptRow,
  folder: string,
  worker: DecodingWorker,
): Promise<Clip | undefined> {
  const scale = Math.sqrt(AREA / (video.width * video.height));
  const seconds = shot.endSeconds - shot.startSeconds;
  try {
    return await worker.clip(resolve(folder, source.path), {
      frames: FRAMES,
      height: Math.max(1, Math.round(video.height * scale)),
      width: Math.max(1, Math.round(video.width * scale)),
      fps: FRAMES / seconds,
      startSeconds: shot.startSeconds,
    });
  } catch (error) {
    // A file that disappeared since costs the sheet a row, not the run.
    if (error instanceof FileFailure) return undefined;
    throw error;
  }
}

function labelOf(
  { source, shot, captions, phaseReason, split }: KeptRow,
): string {
  const name = source.path.split("/").at(-1)!;
  const times = [shot.startSeconds, shot.endSeconds]
    .map((seconds) => seconds.toFixed(2)).join("-");
  const caption = captions[0] === undefined ? "" : ` "${captions[0].text}"`;
  return `${name} ${times} s${caption} (${split}): ${phaseReason}`;
}
