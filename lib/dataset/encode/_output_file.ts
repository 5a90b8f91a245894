import { AVERROR_EIO, AVERROR_ENOSPC } from "node-av/constants";
import {
  asOutputError,
  checkDestination,
  InputError,
  temporaryNameFor,
} from "lib/core/mod.ts";
import { answerOf, FfmpegRefusal } from "../ffmpeg/mod.ts";

/**
 * Writes a file atomically with a library that takes a file name: it writes a
 * temporary file beside the final one, which is synced and renamed.
 *
 * @param path The final name.
 * @param write Fills the file of the given name, which exists already.
 * @throws {InputError} if the folder is missing or must not be written to
 */
export async function writeThroughTemporary(
  path: string,
  write: (temporary: string) => Promise<void>,
): Promise<void> {
  const temporary = temporaryNameFor(path);
  try {
    await checkDestination(path);
    // Native code ignores Deno's permissions and has terse errors: create the
    // file here, so that Deno checks and reports.
    (await Deno.create(temporary)).close();
    await write(temporary);
    {
      using file = await Deno.open(temporary, { read: true, write: true });
      await file.sync();
    }
    await Deno.rename(temporary, path);
  } catch (error) {
    await Deno.remove(temporary).catch(() => {});
    throw asVideoError(path, error);
  }
}

/** Turns an error of FFmpeg or the system into an `InputError`; returns others unchanged. */
export function asVideoError(path: string, error: unknown): unknown {
  const isOfDisk = error instanceof FfmpegRefusal &&
    (error.code === AVERROR_ENOSPC || error.code === AVERROR_EIO);
  return !isOfDisk ? asOutputError(path, error) : new InputError(
    `Cannot write "${path}": the disk must take it: the system says "${
      answerOf(error.code)
    }"; check the place and the space on it`,
  );
}
