import { InputError } from "./errors.ts";

/**
 * Writes a file as a whole or not at all, whatever a reader or a crash does: the
 * bytes go to a temporary name beside it, reach the disk, and take the final
 * name in one step.
 */
export async function writeFileAtomically(
  path: string,
  content: Uint8Array | string | readonly Uint8Array[],
): Promise<void> {
  const chunks = typeof content === "string"
    ? [new TextEncoder().encode(content)]
    : content instanceof Uint8Array
    ? [content]
    : content;
  await refuseToReplaceOther(path);
  const temporary = temporaryNameFor(path);
  try {
    {
      using file = await Deno.open(temporary, {
        write: true,
        create: true,
        truncate: true,
      });
      for (const chunk of chunks) {
        for (let done = 0; done < chunk.length;) {
          done += await file.write(chunk.subarray(done));
        }
      }
      await file.sync();
    }
    await Deno.rename(temporary, path);
  } catch (error) {
    await Deno.remove(temporary).catch(() => {});
    throw error;
  }
}

/** Renaming over a device, such as `/dev/null`, would replace it for all programs. */
async function refuseToReplaceOther(path: string): Promise<void> {
  const found = await Deno.stat(path).catch(() => undefined);
  if (found && !found.isFile) {
    throw new InputError(
      `Cannot write "${path}": it must be a file or not exist: it is ` +
        `${found.isDirectory ? "a folder" : "a device"}; choose another name`,
    );
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
