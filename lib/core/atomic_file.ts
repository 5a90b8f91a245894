import { asOutputError, checkDestination } from "./destination.ts";

/**
 * Writes a file as a whole or not at all, whatever a reader or a crash does: the
 * bytes go to a temporary name beside it, reach the disk, and take the final
 * name in one step.
 *
 * @throws {InputError} if the folder is missing or must not be written to, or the
 *   path names a folder or a device
 */
export async function writeFileAtomically(
  path: string,
  content: Uint8Array | string | readonly Uint8Array[],
  options: FileOptions = {},
): Promise<void> {
  const chunks = typeof content === "string"
    ? [new TextEncoder().encode(content)]
    : content instanceof Uint8Array
    ? [content]
    : content;
  await writePartsAtomically(path, async (file) => {
    for (const chunk of chunks) await file.append(chunk);
  }, options);
}

/** How a file is made. */
export interface FileOptions {
  /** Permissions: 0o600 for secrets; default: those of any new file. */
  readonly mode?: number;
}

/** A file that is being written. */
export interface PartialFile {
  append(bytes: Uint8Array): Promise<void>;
  /** Writes over the beginning, with as many bytes as are there. */
  begin(bytes: Uint8Array): Promise<void>;
}

/**
 * {@link writeFileAtomically} part by part, for content that is not in memory as a
 * whole.
 *
 * @throws what `write` throws; the file is then as it was
 */
export async function writePartsAtomically(
  path: string,
  write: (file: PartialFile) => Promise<void>,
  options: FileOptions = {},
): Promise<void> {
  const temporary = temporaryNameFor(path);
  try {
    await checkDestination(path);
    {
      using file = await Deno.open(temporary, {
        write: true,
        create: true,
        truncate: true,
        ...options,
      });
      const append = async (chunk: Uint8Array): Promise<void> => {
        for (let done = 0; done < chunk.length;) {
          done += await file.write(chunk.subarray(done));
        }
      };
      await write({
        append,
        async begin(bytes) {
          await file.seek(0, Deno.SeekMode.Start);
          await append(bytes);
        },
      });
      await file.sync();
    }
    await Deno.rename(temporary, path);
  } catch (error) {
    await Deno.remove(temporary).catch(() => {});
    throw asOutputError(path, error);
  }
}

/**
 * The temporary name of a file: beside it, so that the rename stays on one disk,
 * and with the same extension, from which some writers choose the format.
 */
export function temporaryNameFor(path: string): string {
  const slash = path.lastIndexOf("/") + 1;
  return `${path.slice(0, slash)}${PARTIAL}${Deno.pid}-${path.slice(slash)}`;
}

/** Prefix of temporary names. */
const PARTIAL = ".partial-";

/**
 * Removes the half-written files of killed processes in a folder and its
 * subfolders. Only for a folder that this process alone writes to: see
 * `lockFolder`.
 *
 * @returns how many files were removed.
 */
export async function removePartialFiles(folder: string): Promise<number> {
  let removed = 0;
  for await (const { name, isDirectory, isFile } of Deno.readDir(folder)) {
    const path = `${folder}/${name}`;
    if (isDirectory) removed += await removePartialFiles(path);
    if (!isFile || !name.startsWith(PARTIAL)) continue;
    await Deno.remove(path);
    removed++;
  }
  return removed;
}
