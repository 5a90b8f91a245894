import { InputError, isDiskFull, isSystemError, messageOf } from "./errors.ts";

/**
 * Refuses to write to a folder or a device, and where there is no folder: a rename
 * onto a folder would fail, one onto `/dev/null` would replace it for all programs.
 *
 * @throws {InputError} with the fix
 */
export async function checkDestination(path: string): Promise<void> {
  const other = await otherKindAt(path);
  if (other !== undefined) {
    throw new InputError(
      `Cannot write "${path}": it must name a file: it is ${other}; ${
        other === "a folder" ? "add a file name" : "name a file"
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

/**
 * The error of a writer as an `InputError` where the system refuses the place;
 * others, such as that of a full disk, unchanged.
 */
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
  if (isDiskFull(error) || !isSystemError(error)) return error;
  return new InputError(
    `Cannot write "${path}": the disk must take it: the system says "${
      messageOf(error)
    }"; check the place and the space on it`,
  );
}

/** The name of what stands at a path, where it is neither a file nor nothing. */
export async function otherKindAt(path: string): Promise<string | undefined> {
  const found = await statOrUndefined(path);
  if (found === undefined || found.isFile) return undefined;
  return found.isDirectory ? "a folder" : "a device";
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

/** The folder of a path, `.` for a bare name. */
export function folderOf(path: string): string {
  const slash = path.replace(/\/+$/, "").lastIndexOf("/");
  return slash < 0 ? "." : path.slice(0, slash) || "/";
}
