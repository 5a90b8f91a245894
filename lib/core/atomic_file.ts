import { InputError } from "./errors.ts";

/**
 * Writes a file so that a reader, or a crash, never meets half of it: the
 * bytes go to a temporary name beside it, reach the disk, and take the final
 * name in one step.
 *
 * @example
 * ```ts
 * import { writeFileAtomically } from "lib/core/mod.ts";
 * import assert from "node:assert/strict";
 *
 * const path = await Deno.makeTempFile();
 * await writeFileAtomically(path, "whole");
 * assert.equal(await Deno.readTextFile(path), "whole");
 * ```
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
  await refuseToReplaceWhatIsNoFile(path);
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

/** Renaming over a device, such as `/dev/null`, would replace it for everyone. */
async function refuseToReplaceWhatIsNoFile(path: string): Promise<void> {
  const found = await Deno.stat(path).catch(() => undefined);
  if (found && !found.isFile) {
    throw new InputError(
      `Cannot write "${path}": it must be a file or not exist: it is ` +
        `${found.isDirectory ? "a folder" : "a device"}; choose another name`,
    );
  }
}

/**
 * The name under which a file is prepared before it takes its own: beside it,
 * so that the rename stays on one disk, and with the same extension, so that
 * writers that go by the extension still know the format.
 */
export function temporaryNameFor(path: string): string {
  const slash = path.lastIndexOf("/") + 1;
  return `${path.slice(0, slash)}${PARTIAL}${Deno.pid}-${path.slice(slash)}`;
}

/** How the names of files that are being prepared begin. */
const PARTIAL = ".partial-";

/**
 * Removes what processes that were killed left half-written in a folder and in
 * the folders within. Only for a folder that this process alone writes to: see
 * `lockFolder`.
 *
 * @returns how many files were removed.
 *
 * @example
 * ```ts
 * import { removePartialFiles } from "lib/core/mod.ts";
 * import assert from "node:assert/strict";
 *
 * const folder = await Deno.makeTempDir();
 * await Deno.writeTextFile(`${folder}/.partial-17-weights.safetensors`, "half");
 * assert.equal(await removePartialFiles(folder), 1);
 * ```
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
