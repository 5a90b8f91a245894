/**
 * Runs all notebooks headlessly in their order, each with its own defaults, in
 * one folder that did not exist before: what one leaves, a later one finds.
 * Stops at the first that fails and exits with its code.
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

if (import.meta.main) {
  await Deno.mkdir("runs", { recursive: true });
  const root = await Deno.makeTempDir({ dir: "runs", prefix: "notebooks-" });
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
    const began = performance.now();
    const { code } = await new Deno.Command(Deno.execPath(), {
      args: ["task", "-q", "notebook", "run", file, ...flags, ...out],
      stdin: "null",
    }).spawn().status;
    const seconds = ((performance.now() - began) / 1000).toFixed(0);
    console.log(`${file}: ${code === 0 ? "ok" : "FAILED"} in ${seconds} s`);
    if (code !== 0) Deno.exit(code);
  }
  await Deno.remove(root, { recursive: true });
}
