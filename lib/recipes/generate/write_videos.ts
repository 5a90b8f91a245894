import type { Clip } from "../../core/mod.ts";
import {
  contactSheet,
  writeGif,
  writeMp4,
  writePng,
} from "../../dataset/encode/mod.ts";
import type { Output } from "./output.ts";

/**
 * Writes clips as videos, and one contact sheet of all.
 *
 * FFmpeg and the canvas take 0.3 s to load: import this file while the clips
 * are being drawn.
 *
 * @param prompts One for each clip.
 */
export async function writeVideos(
  { folder, videos, sheet }: Output,
  clips: readonly Clip[],
  prompts: readonly string[],
): Promise<void> {
  await Deno.mkdir(folder, { recursive: true });
  for (const [i, clip] of clips.entries()) {
    const path = videos[i]!;
    await (/\.gif$/i.test(path) ? writeGif : writeMp4)(path, clip);
  }
  const rows = clips.map((clip, i) => ({
    label: prompts[i] || "no prompt",
    clip,
  }));
  await writePng(sheet, await contactSheet(rows, { scale: 2 }));
}
