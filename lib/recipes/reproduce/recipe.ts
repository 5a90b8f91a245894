import * as z from "zod";
import { InputError } from "../../core/mod.ts";

/** How a shipped model was made: a file beside its weights. */
export const recipeSchema = z.strictObject({
  inputs: z.record(z.string(), z.string()).default({}).describe(
    "folders that the commands read, by name, and what each must hold",
  ),
  commands: z.array(z.array(z.string()).min(1)).min(1).describe(
    "tasks with their arguments, in order; {run} is the folder of the run, {out} that of the packed models, {NAME} an input",
  ),
});

/** How a shipped model was made. */
export type Recipe = z.infer<typeof recipeSchema>;

/** Flags that say how long a task trains; the first that a command has is scaled. */
const LENGTHS = ["--max-steps", "--samples"] as const;

/**
 * The commands of a recipe with its folders filled in.
 *
 * @param options.folders `run`, `out` and each input.
 * @param options.fraction Scales the updates of each training, or its samples.
 * @throws {InputError} naming an input that is missing or unknown, or a name in
 *   braces that stands for none
 *
 * @example
 * ```ts
 * import { commandsOf } from "lib/recipes/reproduce/recipe.ts";
 * import assert from "node:assert/strict";
 *
 * const recipe = { inputs: {}, commands: [["vae", "--run", "{run}", "--max-steps", "50"]] };
 * assert.deepEqual(
 *   commandsOf(recipe, { folders: { run: "runs/a", out: "runs/b" }, fraction: 0.1 }),
 *   [["vae", "--run", "runs/a", "--max-steps", "5"]],
 * );
 * ```
 */
export function commandsOf(
  { inputs, commands }: Recipe,
  { folders, fraction }: {
    readonly folders: Readonly<Record<string, string>>;
    readonly fraction: number;
  },
): string[][] {
  for (const [name, what] of Object.entries(inputs)) {
    if (Object.hasOwn(folders, name)) continue;
    throw new InputError(
      `Cannot reproduce the model: its commands read "${name}": ${what}: ` +
        `no folder is given; pass --input ${name}=FOLDER`,
    );
  }
  const known = ["run", "out", ...Object.keys(inputs)];
  const unknown = Object.keys(folders).find((name) => !known.includes(name));
  if (unknown !== undefined) {
    throw new InputError(
      `Cannot use --input "${unknown}": the commands must read it: they read ${
        Object.keys(inputs).join(", ") || "none"
      }; leave it out`,
    );
  }
  return commands.map((command) =>
    shortened(
      command.map((word) =>
        word.replace(/\{(\w+)\}/g, (braces, name: string) => {
          // Other braces belong to the command.
          return known.includes(name) ? folders[name]! : braces;
        })
      ),
      fraction,
    )
  );
}

function shortened(command: readonly string[], fraction: number): string[] {
  const flag = LENGTHS.find((flag) => command.includes(flag));
  if (flag === undefined || fraction === 1) return [...command];
  const at = command.indexOf(flag) + 1;
  const length = Math.max(1, Math.round(Number(command[at]) * fraction));
  return command.with(at, String(length));
}
