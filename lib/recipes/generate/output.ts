import { assertWritableFile, type Clip, InputError } from "../../core/mod.ts";
// The front door would load FFmpeg and the canvas.
import { checkGif, checkMp4 } from "../../dataset/encode/limits.ts";

/** Endings of videos and pictures; `exp.2024` is a folder. */
const FILE_ENDING =
  /\.(mp4|gif|m4v|mov|mkv|webm|avi|mpe?g|flv|wmv|ogv|apng|png|webp|jpe?g)$/i;

/** Where generated videos go. */
export interface Output {
  readonly folder: string;
  /** One path for each video, `.mp4` or `.gif`. */
  readonly videos: readonly string[];
  /** Path of the contact sheet of all videos, `.png`. */
  readonly sheet: string;
}

/**
 * Reads where to write: a name that ends in `.mp4` or `.gif` is one video's,
 * anything else is a folder.
 *
 * @param count Number of videos.
 * @throws {InputError} if several videos should go into one file, or the file's
 *   ending is another one
 */
export function outputAt(path: string, count: number): Output {
  const slash = path.lastIndexOf("/") + 1;
  const ending = FILE_ENDING.exec(path.slice(slash))?.[1]?.toLowerCase();
  if (ending === undefined) {
    return {
      folder: path,
      videos: Array.from(
        { length: count },
        (_, i) => `${path}/video_${String(i + 1).padStart(2, "0")}.mp4`,
      ),
      sheet: `${path}/contact_sheet.png`,
    };
  }
  if (ending !== "mp4" && ending !== "gif") {
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
  return {
    folder: slash > 0 ? path.slice(0, slash - 1) || "/" : ".",
    videos: [path],
    sheet: `${path.slice(0, -ending.length - 1)}.png`,
  };
}

/**
 * Proves that all files can be written, before anything is drawn.
 *
 * @param shape Of each video.
 * @throws {InputError} naming the file or folder that cannot, or what the format of
 *   the videos does not allow
 */
export async function assertWritable(
  { videos, sheet }: Output,
  shape: Pick<Clip, "width" | "height" | "fps">,
): Promise<void> {
  for (const path of videos) {
    if (isGif(path)) checkGif(shape);
    else checkMp4(path, shape);
  }
  for (const path of [...videos, sheet]) {
    await assertWritableFile(path, "--out");
  }
}

/** Whether a video is written as a GIF. */
export function isGif(path: string): boolean {
  return /\.gif$/i.test(path);
}
