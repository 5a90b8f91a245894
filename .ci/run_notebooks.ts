/**
 * Runs all notebooks headlessly, each with its own defaults, in one folder that
 * did not exist before, or in the one below `runs/` that is given, where they
 * stay. Notebooks that share a folder run in their order, since a
 * later one reads what an earlier one leaves; two run at a time. After one that
 * fails no other starts, and its exit code is the script's.
 *
 * @module
 */
// deno-lint-ignore-file no-console -- the report is this script's product
import { basename } from "node:path";
import { readNotebook } from "../lib/formats/notebook/mod.ts";
import { type Parameter, readParameters } from "../lib/notebook/mod.ts";
import { sourceFilesUnder } from "./module_graph.ts";

/** The flags that move what a notebook keeps in `runs/` to another folder. */
export function flagsFor(
  parameters: readonly Parameter[],
  root: string,
): string[] {
  return parameters.flatMap(({ name, fallback }) =>
    typeof fallback === "string" && fallback.startsWith("runs/")
      ? [`--${name}`, `${root}/${fallback.slice("runs/".length)}`]
      : []
  );
}

/** A notebook, and the flags that it runs with. */
export interface NotebookRun {
  readonly file: string;
  readonly flags: readonly string[];
}

/**
 * Notebooks that share folders, each list in the order of its notebooks, the
 * longest list first.
 *
 * @param root The folder in which the folders of all lie.
 */
export function chainsOf(
  runs: readonly NotebookRun[],
  root: string,
): NotebookRun[][] {
  let chains: { folders: Set<string>; runs: NotebookRun[] }[] = [];
  for (const run of runs) {
    const folders = new Set(
      run.flags.filter((flag) => flag.startsWith(`${root}/`))
        .map((path) => path.slice(root.length + 1).split("/")[0]!),
    );
    const met = chains.filter((chain) =>
      !chain.folders.isDisjointFrom(folders)
    );
    chains = [...chains.filter((chain) => !met.includes(chain)), {
      folders: met.reduce((all, chain) => all.union(chain.folders), folders),
      runs: [...met.flatMap((chain) => chain.runs), run],
    }];
  }
  return chains.map(({ runs: chain }) =>
    runs.filter((run) => chain.includes(run))
  )
    .sort((a, b) => b.length - a.length);
}

/** Runs a notebook, prints what it printed, and gives its exit code. */
async function runNotebook({ file, flags }: NotebookRun): Promise<number> {
  const began = performance.now();
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["task", "-q", "notebook", "run", file, ...flags],
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).output();
  const seconds = ((performance.now() - began) / 1000).toFixed(0);
  const text = [stdout, stderr].map((bytes) => new TextDecoder().decode(bytes));
  console.log(
    `${text.join("")}${file}: ${code === 0 ? "ok" : "FAILED"} in ${seconds} s`,
  );
  return code;
}

if (import.meta.main) {
  await Deno.mkdir("runs", { recursive: true });
  const [kept] = Deno.args;
  if (kept !== undefined) await Deno.mkdir(kept, { recursive: true });
  const root = kept ??
    await Deno.makeTempDir({ dir: "runs", prefix: "notebooks-" });
  const runs: NotebookRun[] = [];
  for (
    const file of await sourceFilesUnder(".", "notebooks", /^\d.*\.ipynb$/)
  ) {
    const flags = flagsFor(
      readParameters(await readNotebook(file), file),
      root,
    );
    const out = flags.includes("--out")
      ? []
      : ["--out", `${root}/${basename(file, ".ipynb")}`];
    runs.push({ file, flags: [...flags, ...out] });
  }
  const chains = chainsOf(runs, root);
  let failure = 0;
  const runChains = async (): Promise<void> => {
    for (let next = chains.shift(); next; next = chains.shift()) {
      for (const run of next) {
        if (failure !== 0) return;
        failure ||= await runNotebook(run);
      }
    }
  };
  await Promise.all([runChains(), runChains()]);
  if (failure !== 0) Deno.exit(failure);
  if (kept === undefined) await Deno.remove(root, { recursive: true });
}
