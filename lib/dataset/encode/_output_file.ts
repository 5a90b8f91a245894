import { AVERROR_EIO, AVERROR_ENOSPC } from "node-av/constants";
import { InputError, messageOf, temporaryNameFor } from "lib/core/mod.ts";
import { answerOf, FfmpegRefusal } from "../ffmpeg/mod.ts";

/**
 * Lets a library that writes files by name write one that is never half-written:
 * it gets a temporary name beside the final one, which the file takes when all
 * of it has reached the disk.
 *
 * @param path The final name.
 * @param write Fills the file of the given name, which exists already.
 * @throws {InputError} if the folder is missing or must not be written to
 */
export async function writeThroughTemporary(
  path: string,
  write: (temporary: string) => Promise<void>,
): Promise<void> {
  await explainingOutput(path, async () => {
    const temporary = temporaryNameFor(path);
    try {
      // Deno's permissions and the system's answers come from here: native code
      // knows nothing of the former and is terse about the latter.
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

/** Runs a writer and says in one line why its file could not be written. */
export async function explainingOutput(
  path: string,
  write: () => Promise<void>,
): Promise<void> {
  try {
    await checkPlace(path);
    await write();
  } catch (error) {
    throw asOutputError(path, error);
  }
}

/**
 * Taking the place of what is not a file would end badly: of a folder it
 * fails, of a device (`/dev/null`) it succeeds.
 */
async function checkPlace(path: string): Promise<void> {
  const there = await existing(path);
  if (there !== undefined && !there.isFile) {
    throw new InputError(
      `Cannot write "${path}": it must name a file: it is a ${
        there.isDirectory ? "folder; add a file name" : "device; name a file"
      }`,
    );
  }
  const folder = folderOf(path);
  const around = await existing(folder);
  if (around?.isDirectory) return;
  throw new InputError(
    around === undefined
      ? `Cannot write "${path}": its folder must exist: "${folder}" does not; create it first`
      : `Cannot write "${path}": its folder must be a folder: "${folder}" is a file; choose another place`,
  );
}

async function existing(path: string): Promise<Deno.FileInfo | undefined> {
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

/** Says in one line why a file could not be written; other errors pass through. */
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
  const answer = answerOfDisk(error);
  return answer === undefined ? error : new InputError(
    `Cannot write "${path}": the disk must take it: the system says "${answer}"; check the place and the space on it`,
  );
}

function answerOfDisk(error: unknown): string | undefined {
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
