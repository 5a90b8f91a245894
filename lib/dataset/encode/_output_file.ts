import { AVERROR_EIO, AVERROR_ENOSPC } from "node-av/constants";
import { InputError, messageOf, temporaryNameFor } from "lib/core/mod.ts";
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
  await withOutputErrors(path, async () => {
    const temporary = temporaryNameFor(path);
    try {
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
      throw error;
    }
  });
}

/** Runs a writer, and turns system errors into an `InputError`. */
export async function withOutputErrors(
  path: string,
  write: () => Promise<void>,
): Promise<void> {
  try {
    await checkDestination(path);
    await write();
  } catch (error) {
    throw asOutputError(path, error);
  }
}

/** Renaming onto a folder would fail; onto a device (`/dev/null`), succeed. */
async function checkDestination(path: string): Promise<void> {
  const target = await statOrUndefined(path);
  if (target !== undefined && !target.isFile) {
    throw new InputError(
      `Cannot write "${path}": it must name a file: it is a ${
        target.isDirectory ? "folder; add a file name" : "device; name a file"
      }`,
    );
  }
  const folder = folderOf(path);
  const parent = await statOrUndefined(folder);
  if (parent?.isDirectory) return;
  throw new InputError(
    parent === undefined
      ? `Cannot write "${path}": its folder must exist: "${folder}" does not; create it first`
      : `Cannot write "${path}": its folder must be a folder: "${folder}" is a file; choose another place`,
  );
}

async function statOrUndefined(
  path: string,
): Promise<Deno.FileInfo | undefined> {
  try {
    return await Deno.stat(path);
  } catch (error) {
    if (
      error instanceof Deno.errors.NotFound ||
      error instanceof Deno.errors.NotADirectory
    ) return undefined;
    throw error;
  }
}

/** Turns a system error into an `InputError`; returns other errors unchanged. */
export function asOutputError(path: string, error: unknown): unknown {
  const folder = folderOf(path);
  if (error instanceof Deno.errors.PermissionDenied) {
    return new InputError(
      `Cannot write "${path}": its folder must be writable: the system denies "${folder}"; choose another place or give yourself write permission`,
    );
  }
  if (error instanceof Deno.errors.NotCapable) {
    return new InputError(
      `Cannot write "${path}": Deno must be allowed to write it: it is not; run with --allow-read and --allow-write for "${folder}"`,
    );
  }
  const answer = systemMessage(error);
  return answer === undefined ? error : new InputError(
    `Cannot write "${path}": the disk must take it: the system says "${answer}"; check the place and the space on it`,
  );
}

function systemMessage(error: unknown): string | undefined {
  if (error instanceof FfmpegRefusal) {
    return [AVERROR_ENOSPC, AVERROR_EIO].some((code) => code === error.code)
      ? answerOf(error.code)
      : undefined;
  }
  const message = messageOf(error);
  return /\(os error \d+\)/.test(message) ? message : undefined;
}

function folderOf(path: string): string {
  const slash = path.lastIndexOf("/");
  return slash < 0 ? "." : path.slice(0, slash) || "/";
}
