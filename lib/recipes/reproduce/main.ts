import * as z from "zod";
import { InputError, readCheckedJson } from "../../core/mod.ts";
import {
  exitCodeOf,
  log,
  numberFlag,
  print,
  runProgram,
  textFlag,
} from "../command_line/mod.ts";
import { commandsOf, recipeSchema } from "./recipe.ts";
import { lineOf, reproduce } from "./reproduce.ts";

/** Flags of `deno task reproduce`. */
export const reproduceFlags = z.strictObject({
  model: z.array(textFlag()).length(1, "must name one model").describe(
    "shipped model, such as drive, or the folder of its card",
  ),
  input: z.array(
    z.string().regex(/^\w+=./, "must be NAME=FOLDER, such as driving=videos"),
  ).default([]).describe("folder that the commands read, NAME=FOLDER"),
  run: textFlag().optional().describe(
    "folder of the run; an interrupted one there goes on (default: runs/reproduce/MODEL)",
  ),
  out: textFlag().optional().describe(
    "folder for the packed models (default: RUN/packed)",
  ),
  fraction: numberFlag({ least: 0, most: 1 }).default(1).describe(
    "share of the updates of each training, to try all commands in short",
  ),
  dryRun: z.boolean().default(false).describe("print the commands and stop"),
});

/** The recipe beside the weights of a model. */
const RECIPE_FILE = "reproduce.json";

/** `deno task reproduce`: runs the commands by which a shipped model was made. */
async function main(
  { model: [model], input, fraction, dryRun, ...folders }: z.infer<
    typeof reproduceFlags
  >,
  signal: AbortSignal,
): Promise<number> {
  const folder = /[/\\]/.test(model!) ? model! : `checkpoints/${model}`;
  const path = `${folder}/${RECIPE_FILE}`;
  const recipe = await readCheckedJson(path, recipeSchema, "correct it");
  if (recipe === undefined) {
    throw new InputError(
      `Cannot reproduce "${model}": "${path}" must hold the commands of the ` +
        "model: it is missing; the card beside it tells what is known",
    );
  }
  const name = folder.split(/[/\\]/).filter((part) => part !== "").at(-1)!;
  const run = folders.run ?? `runs/reproduce/${name}`;
  const out = folders.out ?? `${run}/packed`;
  const commands = commandsOf(recipe, {
    folders: {
      ...Object.fromEntries(input.map((text) => {
        const at = text.indexOf("=");
        return [text.slice(0, at), text.slice(at + 1)];
      })),
      run,
      out,
    },
    fraction,
  });
  if (dryRun) {
    for (const command of commands) print(`deno task ${lineOf(command)}`);
    return 0;
  }
  await reproduce(commands, run, {
    signal,
    log,
    run: (task) => runTask(task, signal),
  });
  log(`${name} is made again: ${out}`);
  return 0;
}

/** Runs a task in this terminal; a signal to this process goes to it as well. */
async function runTask(
  task: readonly string[],
  signal: AbortSignal,
): Promise<number> {
  const child = new Deno.Command(Deno.execPath(), {
    args: ["task", "-q", ...task],
    stdin: "inherit",
  }).spawn();
  return await exitCodeOf(child, signal);
}

if (import.meta.main) {
  await runProgram({
    usage: "deno task reproduce",
    purpose:
      "Makes a shipped model again by the commands of its card, from the first to the last; the same command resumes.",
    flags: reproduceFlags,
    run: main,
  });
}
