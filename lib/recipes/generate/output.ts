import { type Clip, InputError } from "../../core/mod.ts";
import {
  contactSheet,
  writeGif,
  writeMp4,
  writePng,
} from "../../dataset/encode/mod.ts";

/** Where generated videos go. */
export interface Output {
  /**
   * Writes the videos and one contact sheet of all; returns the paths.
   *
   * @param prompts One for each clip.
   */
  write(clips: readonly Clip[], prompts: readonly string[]): Promise<{
    readonly videos: readonly string[];
    readonly sheet: string;
  }>;
}

const WRITERS = { mp4: writeMp4, gif: writeGif } as const;

/**
 * Reads where to write: a name that ends in `.mp4` or `.gif` is one video's,
 * anything else is a folder.
 *
 * @example
 * ```ts
 * import { outputAt } from "lib/recipes/generate/output.ts";
 * import assert from "node:assert/strict";
 *
 * assert.throws(() => outputAt("two.mp4", 2), /several videos must go to a folder/);
 * ```
 *
 * @throws {InputError} if several videos should go into one file, or the file's
 *   ending is another one
 */
export function outputAt(path: string, count: number): Output {
  const slash = path.lastIndexOf("/") + 1;
  const ending = /\.(\w{2,4})$/.exec(path.slice(slash))?.[1]?.toLowerCase();
  if (ending === undefined) return folderOutput(path);
  const kind = (Object.keys(WRITERS) as (keyof typeof WRITERS)[])
    .find((name) => name === ending);
  if (kind === undefined) {
    throw new InputError(
      "Cannot use --out: a file must end in .mp4 or .gif: current value is " +
        `"${path}"; give another ending, or a folder's name`,
    );
  }
  if (count > 1) {
    throw new InputError(
      "Cannot use --out: several videos must go to a folder: current value " +
        `is "${path}" for ${count}; give a folder's name`,
    );
  }
  const stem = path.slice(0, -ending.length - 1);
  return writing(
    slash > 0 ? path.slice(0, slash - 1) || "/" : ".",
    () => path,
    `${stem}.png`,
    WRITERS[kind],
  );
}

function folderOutput(folder: string): Output {
  return writing(
    folder,
    (i) => `${folder}/video_${String(i + 1).padStart(2, "0")}.mp4`,
    `${folder}/contact_sheet.png`,
    writeMp4,
  );
}

function writing(
  folder: string,
  pathOf: (index: number) => string,
  sheet: string,
  writeVideo: (path: string, clip: Clip) => Promise<void>,
): Output {
  return {
    async write(clips, prompts) {
      await Deno.mkdir(folder, { recursive: true });
      const videos = clips.map((_, i) => pathOf(i));
      for (const [i, clip] of clips.entries()) {
        await writeVideo(videos[i]!, clip);
      }
      const rows = clips.map((clip, i) => ({
        label: prompts[i] || "no prompt",
        clip,
      }));
      await writePng(sheet, await contactSheet(rows, { scale: 2 }));
      return { videos, sheet };
    },
  };
}
