import { temporaryNameFor } from "./atomic_file.ts";
import { folderOf, otherKindAt } from "./destination.ts";
import { InputError, messageOf } from "./errors.ts";

/**
 * Makes a folder and proves that files can be made in it.
 *
 * @param flag With which another is named: `--out`; undefined if it cannot be.
 * @param files Names in the folder that must not be those of folders or devices.
 * @throws {InputError} naming the folder and the flag, if it cannot be written;
 *   nothing of it is left behind then
 */
export async function makeWritableFolder(
  folder: string,
  flag: string | undefined,
  files: readonly string[] = [],
): Promise<void> {
  const made = await missingFolders(folder);
  try {
    await probe(folder, "probe");
    for (const name of files) await assertFile(`${folder}/${name}`, flag);
  } catch (error) {
    await removeFolders(made);
    if (error instanceof InputError) throw error;
    throw new InputError(
      `Cannot use "${folder}": it must be a folder that may be written: ` +
        `${messageOf(error)}; ${fixWith(flag)}`,
    );
  }
}

/**
 * The same before any work. Leaves nothing behind, so that a command that fails
 * later leaves no empty folder.
 */
export async function assertWritableFolder(
  folder: string,
  flag: string | undefined,
  files: readonly string[] = [],
): Promise<void> {
  const made = await missingFolders(folder);
  await makeWritableFolder(folder, flag, files);
  await removeFolders(made);
}

/**
 * Proves, before any work, that a file can be written, or replaced; its folder may
 * be missing yet. Leaves nothing behind.
 *
 * @param flag With which another is named: `--out`.
 * @throws {InputError} naming the file and the flag
 */
export async function assertWritableFile(
  path: string,
  flag: string | undefined,
): Promise<void> {
  const folder = folderOf(path);
  const made = await missingFolders(folder);
  try {
    await assertFile(path, flag);
    await probe(folder, path.slice(path.lastIndexOf("/") + 1));
  } catch (error) {
    if (error instanceof InputError) throw error;
    throw new InputError(
      `Cannot use "${path}": it must be a file that may be written: ` +
        `${messageOf(error)}; ${fixWith(flag)}`,
    );
  } finally {
    await removeFolders(made);
  }
}

/** Makes a folder, and a file in it by the temporary name of another, and removes that. */
async function probe(folder: string, name: string): Promise<void> {
  await Deno.mkdir(folder, { recursive: true });
  const temporary = temporaryNameFor(`${folder}/${name}`);
  (await Deno.create(temporary)).close();
  await Deno.remove(temporary);
}

/** The folders of a path that do not exist yet, the innermost first. */
async function missingFolders(folder: string): Promise<string[]> {
  const missing: string[] = [];
  let path = folder.replace(/(?<=.)\/+$/, "");
  // A link that leads nowhere is there, and must not be removed.
  while (await Deno.lstat(path).then(() => false, () => true)) {
    missing.push(path);
    const outer = folderOf(path);
    if (outer === path) break;
    path = outer;
  }
  return missing;
}

/** Removes folders that are empty. */
async function removeFolders(innermostFirst: readonly string[]): Promise<void> {
  for (const folder of innermostFirst) {
    await Deno.remove(folder).catch(() => {});
  }
}

/** Refuses a folder or a device where a file is to be written. */
async function assertFile(
  path: string,
  flag: string | undefined,
): Promise<void> {
  const other = await otherKindAt(path);
  if (other === undefined) return;
  throw new InputError(
    `Cannot use "${path}": it must be a file or not exist: it is ${other}; ` +
      fixWith(flag),
  );
}

function fixWith(flag: string | undefined): string {
  return flag === undefined
    ? "make it writable"
    : `choose another with ${flag}`;
}
