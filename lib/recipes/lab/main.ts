import * as z from "zod";
import { InputError } from "../../core/mod.ts";
import { environmentForDeno } from "../../notebook/mod.ts";
import {
  exitCodeOf,
  log,
  runProgram,
  wholeNumber,
} from "../command_line/mod.ts";

/** Flags of `deno task lab`. */
export const labFlags = z.strictObject({
  app: z.enum(["lab", "notebook"], "must be lab or notebook").optional()
    .describe(
      "which one to open (default JupyterLab, or Notebook where that is missing)",
    ),
  port: wholeNumber(1, 65_535).optional().describe(
    "its port (default Jupyter's choice)",
  ),
  browser: z.enum(["true", "false"], "must be true or false").default("true")
    .transform((text) => text === "true").describe(
      "whether to open a browser; if not, Jupyter prints the address",
    ),
  installOnly: z.boolean().default(false).describe(
    "only install the kernel, for an editor with its own Jupyter",
  ),
});

type LabOptions = z.infer<typeof labFlags>;

/** Printed where Jupyter is missing. */
const HOW_TO_GET_ONE = `Neither JupyterLab nor Jupyter Notebook is installed. \
The kernel is installed; any of these can use it:
  JupyterLab   pipx install jupyterlab      (or: pip install jupyterlab)
  Debian       apt-get install jupyter-notebook
  VS Code      install the extension "Jupyter", open a notebook, Select Kernel,
               Jupyter Kernel, Deno
Without any of them: deno task notebook run notebooks/00_quickstart.ipynb`;

/** `deno task lab`: installs the kernel and opens the notebooks. */
async function lab(
  { app, port, browser, installOnly }: LabOptions,
  signal: AbortSignal,
): Promise<number> {
  await installKernel();
  if (installOnly) return 0;
  const jupyter = await firstInstalled(
    app === undefined ? ["lab", "notebook"] : [app],
  );
  if (jupyter === undefined) {
    if (app !== undefined) {
      throw new InputError(
        `Cannot open jupyter ${app}: it must be installed: it is not; ` +
          "leave out --app to open any",
      );
    }
    log(HOW_TO_GET_ONE);
    return 1;
  }
  const child = new Deno.Command("jupyter", {
    args: [
      jupyter,
      ...(port === undefined ? [] : [`--port=${port}`]),
      ...(browser ? [] : ["--no-browser"]),
      // Jupyter refuses to run as root, as in a container, without this.
      ...(Deno.uid() === 0 ? ["--allow-root"] : []),
    ],
    stdin: "inherit",
    stdout: "inherit",
    stderr: "inherit",
  }).spawn();
  return await exitCodeOf(child, signal);
}

/**
 * Installs the kernel for every Jupyter of this user, with the path of the Deno
 * that runs this: under npx no `deno` is on the PATH.
 */
async function installKernel(): Promise<void> {
  const { success, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["jupyter", "--install", "--force"],
    clearEnv: true,
    env: environmentForDeno(),
    stdout: "piped",
    stderr: "piped",
  }).output();
  const printed = new TextDecoder().decode(stderr);
  if (!success) throw new Error(`Cannot install the kernel: ${printed}`);
  const place = /installed successfully at (.+?)\.?\s*$/m.exec(printed)?.[1];
  log(`kernel: Deno ${Deno.version.deno}, ${place ?? "installed"}`);
}

/** The first installed program of Jupyter. */
async function firstInstalled(
  programs: readonly string[],
): Promise<string | undefined> {
  for (const program of programs) {
    try {
      const { success } = await new Deno.Command("jupyter", {
        args: [program, "--version"],
        stdout: "null",
        stderr: "null",
      }).output();
      if (success) return program;
    } catch (error) {
      if (!(error instanceof Deno.errors.NotFound)) throw error;
      return undefined;
    }
  }
  return undefined;
}

if (import.meta.main) {
  await runProgram({
    usage: "deno task lab",
    purpose:
      "Installs Deno's kernel for Jupyter and opens the notebooks in it.",
    flags: labFlags,
    run: lab,
  });
}
