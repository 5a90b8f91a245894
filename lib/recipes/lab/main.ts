import { InputError } from "../../core/mod.ts";
import { environmentForDeno } from "../../notebook/mod.ts";
import { log, runProgram } from "../command_line/mod.ts";
import { labFlags, type LabOptions } from "./options.ts";

/** What to do where Jupyter is missing: any of these brings one. */
const HOW_TO_GET_ONE = `Neither JupyterLab nor Jupyter Notebook is installed. \
The kernel is known now; any of these can use it:
  JupyterLab   pipx install jupyterlab      (or: pip install jupyterlab)
  Debian       apt-get install jupyter-notebook
  VS Code      install the extension "Jupyter", open a notebook, Select Kernel,
               Jupyter Kernel, Deno
Without any of them: deno task notebook run notebooks/00_quickstart.ipynb`;

/** `deno task lab`: makes the kernel known and opens the notebooks. */
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
          "leave out --app to see what there is",
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
      ...(runsAsRoot() ? ["--allow-root"] : []),
    ],
    stdin: "inherit",
    stdout: "inherit",
    stderr: "inherit",
  }).spawn();
  // Its own Ctrl-C reaches it through the terminal; this is for `kill`.
  signal.addEventListener("abort", () => child.kill("SIGTERM"));
  return (await child.status).code;
}

/**
 * Makes the kernel known to every Jupyter of this user. The Deno that runs this
 * is written down with its path: under npx no `deno` is on the PATH.
 */
async function installKernel(): Promise<void> {
  const { success, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["jupyter", "--install", "--force"],
    clearEnv: true,
    env: environmentForDeno(),
    stdout: "piped",
    stderr: "piped",
  }).output();
  const said = new TextDecoder().decode(stderr);
  if (!success) throw new Error(`Cannot install the kernel: ${said}`);
  const place = /installed successfully at (.+?)\.?\s*$/m.exec(said)?.[1];
  log(`kernel: Deno ${Deno.version.deno}, ${place ?? "installed"}`);
}

/** The first of Jupyter's programs that answers. */
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

/** Jupyter refuses to run as root, as in a container, unless it is told so. */
function runsAsRoot(): boolean {
  return Deno.uid() === 0;
}

if (import.meta.main) {
  await runProgram({
    usage: "deno task lab",
    purpose:
      "Makes Deno's kernel known to Jupyter and opens the notebooks in it.",
    flags: labFlags,
    run: lab,
  });
}
