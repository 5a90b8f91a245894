import { InputError, messageOf } from "./errors.ts";

/** Whether a file or folder exists. */
export async function exists(path: string): Promise<boolean> {
  try {
    await Deno.stat(path);
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}

/**
 * Makes a folder and proves that files can be made in it.
 *
 * @param flag With which another is named: `--out`.
 * @throws {InputError} naming the folder and the flag, if it cannot be written
 */
export async function makeWritableFolder(
  folder: string,
  flag: string,
): Promise<void> {
  try {
    await Deno.mkdir(folder, { recursive: true });
    await Deno.remove(await Deno.makeTempFile({ dir: folder }));
  } catch (error) {
    throw new InputError(
      `Cannot use "${folder}": it must be a folder that may be written: ` +
        `${messageOf(error)}; choose another with ${flag}`,
    );
  }
}
