import { resolve } from "node:path";
import type { Clip } from "../../core/mod.ts";
import type { KeptRow } from "../../dataset/curate/mod.ts";
import { contactSheet, writePng } from "../../dataset/encode/mod.ts";
import { type Analyst, FileFailure } from "./analyst.ts";

/** Shots on a sheet, spread evenly over those of the phase. */
const SHOTS = 12;
/** Pictures of a shot, from its first to its last. */
const PICTURES = 8;
/** Pixels of a picture, in its own shape. */
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
  analyst: Analyst,
): Promise<void> {
  const step = Math.max(1, rows.length / SHOTS);
  const shown = rows.filter((_, i) => Math.floor(i % step) === 0);
  const strips: { label: string; clip: Clip }[] = [];
  for (const row of shown.slice(0, SHOTS)) {
    const clip = await clipOf(row, folder, analyst);
    if (clip !== undefined) strips.push({ label: labelOf(row), clip });
  }
  if (strips.length === 0) return;
  await writePng(path, await contactSheet(strips, { columns: PICTURES }));
}

async function clipOf(
  { source, shot, video }: KeptRow,
  folder: string,
  analyst: Analyst,
): Promise<Clip | undefined> {
  const scale = Math.sqrt(AREA / (video.width * video.height));
  const seconds = shot.endSeconds - shot.startSeconds;
  try {
    return await analyst.clip(resolve(folder, source.path), {
      frames: PICTURES,
      height: Math.max(1, Math.round(video.height * scale)),
      width: Math.max(1, Math.round(video.width * scale)),
      fps: PICTURES / seconds,
      startSeconds: shot.startSeconds,
    });
  } catch (error) {
    // A sheet is for a look: a file that has gone since is no reason to stop.
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
