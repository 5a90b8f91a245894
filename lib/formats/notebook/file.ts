import {
  InputError,
  missingFile,
  writeFileAtomically,
} from "../../core/mod.ts";
import { type Notebook, notebookText, parseNotebook } from "./notebook.ts";

/**
 * Reads a notebook file.
 *
 * @throws {InputError} if it is missing, or not a notebook of version 4
 */
export async function readNotebook(path: string): Promise<Notebook> {
  let text: string;
  try {
    text = await Deno.readTextFile(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) {
      throw missingFile(path, "notebook");
    }
    if (error instanceof Deno.errors.IsADirectory) {
      throw new InputError(
        `Cannot read "${path}": it must be a notebook: it is a folder; ` +
          "name a file in it",
      );
    }
    throw error;
  }
  return parseNotebook(text, path);
}

/** Writes a notebook as a whole or not at all. */
export async function writeNotebook(
  path: string,
  notebook: Notebook,
): Promise<void> {
  await writeFileAtomically(path, notebookText(notebook));
}
