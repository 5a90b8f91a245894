import { InputError, messageOf } from "lib/core/mod.ts";

/** Bytes by which a file format is recognised. */
const HEAD_BYTES = 512;

/**
 * Reads the beginning of a file; throws unless it is a readable, non-empty file.
 *
 * @returns The first bytes of the file, at most 512.
 * @throws {InputError} that names the path, the rule and the fix
 */
export async function readHead(path: string): Promise<Uint8Array> {
  try {
    const { isDirectory, isFile, size } = await Deno.stat(path);
    if (isDirectory) {
      throw new InputError(
        `Cannot read "${path}": it must be a file: it is a folder; name one video in it`,
      );
    }
    if (!isFile) {
      throw new InputError(
        `Cannot read "${path}": it must be a regular file: it is a device or a pipe; save the video to a file first`,
      );
    }
    if (size === 0) {
      throw new InputError(
        `Cannot read "${path}": the file must hold a video: it is empty (0 bytes); get a whole copy`,
      );
    }
    using file = await Deno.open(path);
    const head = new Uint8Array(HEAD_BYTES);
    return head.subarray(0, await file.read(head) ?? 0);
  } catch (error) {
    throw asInputError(path, error);
  }
}

/** Turns a system error into an `InputError`; returns other errors unchanged. */
export function asInputError(path: string, error: unknown): unknown {
  if (
    error instanceof Deno.errors.NotFound ||
    error instanceof Deno.errors.NotADirectory
  ) {
    return new InputError(
      `Cannot read "${path}": the file must exist: there is none; check the name and the folder`,
    );
  }
  if (error instanceof Deno.errors.PermissionDenied) {
    return new InputError(
      `Cannot read "${path}": the file must be readable: the system denies it; give yourself read permission (chmod u+r)`,
    );
  }
  if (error instanceof Deno.errors.NotCapable) {
    return new InputError(
      `Cannot read "${path}": Deno must be allowed to read it: it is not; run with --allow-read for that folder`,
    );
  }
  if (isSystemError(error)) {
    return new InputError(
      `Cannot read "${path}": the file must be readable: the system says "${
        messageOf(error)
      }"; check the path and the disk`,
    );
  }
  return error;
}

function isSystemError(error: unknown): boolean {
  return Object.values(Deno.errors).some((kind) => error instanceof kind) ||
    (error instanceof Error && /\(os error \d+\)/.test(error.message));
}

/**
 * Guesses the kind of a file that FFmpeg cannot open, for an error message.
 *
 * @param head The first bytes of the file.
 */
export function describeUnknownFile(head: Uint8Array): string {
  const fourCharacterCode = new TextDecoder("latin1").decode(
    head.subarray(4, 8),
  );
  if (["ftyp", "moov", "mdat"].includes(fourCharacterCode)) {
    return "it is an MP4 file without a readable index, so it was cut short or damaged; get a whole copy";
  }
  if (isText(head)) return "it is a text file; pass a video";
  return "its contents are no video format that FFmpeg knows, or are damaged; convert it to MP4 or get a whole copy";
}

function isText(head: Uint8Array): boolean {
  try {
    // In streaming mode, a truncated character at the end is no error.
    const text = new TextDecoder("utf-8", { fatal: true })
      .decode(head, { stream: true });
    // deno-lint-ignore no-control-regex
    return !/[\u0000-\u0008\u000e-\u001a\u001c-\u001f]/.test(text);
  } catch {
    return false;
  }
}
