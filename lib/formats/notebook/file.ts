import { writeFileAtomically } from "../../core/mod.ts";
import { readText } from "../text/mod.ts";
import { type Notebook, notebookText, parseNotebook } from "./notebook.ts";

/**
 * Reads a notebook file.
 *
 * @throws {InputError} if it is missing, or not a notebook of version 4
 */
export async function readNotebook(path: string): Promise<Notebook> {
  return parseNotebook(await readText(path, "notebook"), path);
}

/** Writes a notebook as a whole or not at all. */
export async function writeNotebook(
  path: string,
  notebook: Notebook,
): Promise<void> {
  await writeFileAtomically(path, notebookText(notebook));
}
