import {
  type NewCell,
  newNotebook,
  notebookText,
} from "lib/formats/notebook/mod.ts";

/** What a process left. */
export interface Ended {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** `deno task notebook` as a process of its own. */
export interface NotebookProcess extends AsyncDisposable {
  readonly ended: Promise<Ended>;
  kill(signal: Deno.Signal): void;
}

/** The task in deno.json, word by word: the permissions must be the user's. */
const { tasks } = JSON.parse(await Deno.readTextFile("deno.json"));
const TASK: string[] = tasks.notebook.command
  .replace(/"--allow-run=[^"]*"/, "--allow-run=DENO")
  .split(" ").slice(1)
  .map((word: string) => word.replace("DENO", Deno.execPath()));

/** Starts the task with the user's own permissions. */
export function startNotebook(args: readonly string[]): NotebookProcess {
  const env = Object.entries(Deno.env.toObject())
    .filter(([name]) => !/^(LD|DYLD)_/.test(name));
  const child = new Deno.Command(Deno.execPath(), {
    args: [...TASK, ...args],
    clearEnv: true,
    env: { ...Object.fromEntries(env), NO_COLOR: "1" },
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  let running = true;
  const text = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);
  const ended = child.output().then(({ code, stdout, stderr }) => {
    running = false;
    return { code, stdout: text(stdout), stderr: text(stderr) };
  });
  return {
    ended,
    kill: (signal) => child.kill(signal),
    async [Symbol.asyncDispose]() {
      if (running) child.kill("SIGKILL");
      await ended;
    },
  };
}

/** Runs the task to its end. */
export async function notebookTask(...args: string[]): Promise<Ended> {
  await using process = startNotebook(args);
  return await process.ended;
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
