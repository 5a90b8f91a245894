import { type Clip, makeWritableFolder } from "../../core/mod.ts";
import {
  contactSheet,
  writeGif,
  writeMp4,
  writePng,
} from "../../dataset/encode/mod.ts";
import type { Wish } from "./draw.ts";
import { isGif, type Output } from "./output.ts";

/**
 * Writes clips as videos, and one contact sheet of all.
 *
 * FFmpeg and the canvas take 0.3 s to load: import this file while the clips
 * are being drawn.
 *
 * @param wishes What each clip is of.
 */
export async function writeVideos(
  { folder, videos, sheet }: Output,
  clips: readonly Clip[],
  wishes: readonly Wish[],
): Promise<void> {
  await makeWritableFolder(folder, "--out");
  for (const [i, clip] of clips.entries()) {
    const path = videos[i]!;
    await (isGif(path) ? writeGif : writeMp4)(path, clip);
  }
  const rows = clips.map((clip, i) => ({
    label: `${i + 1}, seed ${wishes[i]!.seed}: ${
      wishes[i]!.prompt || "no prompt"
    }`,
    clip,
  }));
  await writePng(sheet, await contactSheet(rows, { scale: 2 }));
}
