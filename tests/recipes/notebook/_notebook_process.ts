import {
  type NewCell,
  newNotebook,
  notebookText,
} from "lib/formats/notebook/mod.ts";
import {
  type Ended,
  runTask,
  startTask,
  type TaskProcess,
} from "../_task_process.ts";

/** Starts `deno task notebook` with the user's own permissions. */
export function startNotebook(args: readonly string[]): TaskProcess {
  return startTask("notebook", args);
}

/** Runs `deno task notebook` to its end. */
export function notebookTask(...args: readonly string[]): Promise<Ended> {
  return runTask("notebook", ...args);
}

/** A folder with a notebook of code cells in it, and a folder for its runs. */
export async function withNotebook(
  cells: readonly (string | NewCell)[],
  use: (file: string, out: string) => Promise<void>,
): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    const notebook = newNotebook(
      cells.map((cell) =>
        typeof cell === "string" ? { cell_type: "code", source: cell } : cell
      ),
    );
    await Deno.writeTextFile(`${folder}/work.ipynb`, notebookText(notebook));
    await use(`${folder}/work.ipynb`, `${folder}/run`);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}
