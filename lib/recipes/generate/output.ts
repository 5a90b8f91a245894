import {
  assertReplaceable,
  assertWritableFile,
  type Clip,
  InputError,
} from "../../core/mod.ts";
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
 * @param first Number of the first video in a folder.
 * @throws {InputError} if several videos should go into one file, or the file's
 *   ending is another one
 */
export function outputAt(path: string, count: number, first = 1): Output {
  const slash = path.lastIndexOf("/") + 1;
  const ending = FILE_ENDING.exec(path.slice(slash))?.[1]?.toLowerCase();
  if (ending === undefined) {
    return {
      folder: path,
      videos: Array.from(
        { length: count },
        (_, i) => `${path}/video_${numeral(first + i)}.mp4`,
      ),
      sheet: first === 1
        ? `${path}/contact_sheet.png`
        : `${path}/contact_sheet_${numeral(first)}.png`,
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

function numeral(number: number): string {
  return String(number).padStart(2, "0");
}

/**
 * The same, where nothing is replaced: in a folder the videos get the numbers
 * after those that are there.
 *
 * @param overwrite Whether files may be replaced.
 * @throws {InputError} as {@link outputAt}, or if a file exists
 */
export async function newOutput(
  path: string,
  count: number,
  overwrite: boolean,
): Promise<Output> {
  const output = outputAt(path, count);
  if (overwrite || output.folder !== path) {
    await assertReplaceable(
      [...output.videos, output.sheet],
      overwrite,
      "--out",
    );
    return output;
  }
  let last = 0;
  try {
    for await (const { name } of Deno.readDir(path)) {
      const [, number = 0] =
        /^(?:video|contact_sheet)_(\d+)\.(?:mp4|png)$/.exec(name) ?? [];
      last = Math.max(
        last,
        Number(number),
        name === "contact_sheet.png" ? 1 : 0,
      );
    }
  } catch (error) {
    // Whether a folder can be made there is checked later.
    if (
      !(error instanceof Deno.errors.NotFound ||
        error instanceof Deno.errors.NotADirectory)
    ) throw error;
  }
  return outputAt(path, count, last + 1);
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
