import * as z from "zod";
import { InputError } from "../../core/mod.ts";
import type { Parameter, ParameterValue } from "../../notebook/mod.ts";
import { numberFlag, overwriteFlag, textFlag } from "../command_line/mod.ts";

const seconds = numberFlag({ above: 0 }).optional();

/** Flags of `deno task notebook run FILE` beside the notebook's own parameters. */
export const runFlags = z.strictObject({
  out: textFlag().optional().describe(
    "folder of the run (default the notebook's own out, or runs/NAME); a " +
      "stopped run there is resumed",
  ),
  cellLimit: seconds.describe(
    "most seconds of a cell (default no limit)",
  ),
  totalLimit: seconds.describe(
    "most seconds of all cells together (default no limit)",
  ),
});

export type RunOptions = z.infer<typeof runFlags>;

/** Flags of `deno task notebook html FILE`. */
export const htmlFlags = z.strictObject({
  out: textFlag().optional().describe(
    "the page (default the notebook's name with .html beside it)",
  ),
  overwrite: overwriteFlag,
});

/** Commands without flags. */
export const noFlags = z.strictObject({});

/**
 * The flags of a notebook: one for each of its parameters, with its type.
 *
 * @throws {InputError} if a parameter has the name of a flag of the runner
 */
export function parameterFlags(
  parameters: readonly Parameter[],
): Record<string, z.ZodType> {
  return Object.fromEntries(
    parameters.filter(({ name }) => name !== "out").map((parameter) => {
      const { name, fallback, description } = parameter;
      if (name in runFlags.shape || name === "help") {
        throw new InputError(
          `Cannot use the parameter ${name}: the runner has a flag of that ` +
            "name: give the parameter another name",
        );
      }
      const shown = JSON.stringify(fallback);
      return [
        name,
        fieldOf(parameter).optional()
          .describe(`${description} (default ${shown})`.trim()),
      ];
    }),
  );
}

function fieldOf(
  { choices, fallback }: Parameter,
): z.ZodType<ParameterValue> {
  if (typeof fallback === "number") {
    return numberFlag();
  }
  if (typeof fallback === "boolean") {
    return z.enum(["true", "false"], "must be true or false")
      .transform((text) => text === "true");
  }
  if (typeof fallback !== "string") return listField(fallback);
  return choices === undefined
    ? z.string()
    : z.enum(choices, `must be one of ${choices.join(", ")}`);
}

/** A list as JSON, with items of the kind of its default. */
function listField(
  fallback: readonly (string | number)[],
): z.ZodType<ParameterValue> {
  const kind = typeof fallback[0] === "number" ? "numbers" : "texts";
  const item = kind === "numbers" ? z.number() : z.string();
  return z.string().transform((text, context): (string | number)[] => {
    try {
      return z.array(item).parse(JSON.parse(text));
    } catch {
      context.addIssue({
        code: "custom",
        message: `must be a list of ${kind} in JSON, such as ${
          kind === "numbers" ? "[1, 2]" : '["a", "b"]'
        }`,
      });
      return z.NEVER;
    }
  });
}
