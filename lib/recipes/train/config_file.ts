import { InputError, messageOf } from "../../core/mod.ts";
import { flagOf, type FlagSchema, oldFlagText } from "../command_line/mod.ts";

/**
 * Flags whose defaults come from a JSON file: one schema for both, so that a
 * field means and may be the same in a file as on the command line, where it
 * comes first.
 *
 * @param text The content of the file.
 * @param file Its name, for messages.
 * @throws {InputError} naming the field, if there is no such flag
 */
export function flagsWithDefaults<S extends FlagSchema>(
  schema: S,
  text: string,
  file: string,
): S {
  const defaults = recordOf(text, file);
  const fields = { ...schema.shape };
  for (const [name, value] of Object.entries(defaults)) {
    const field = fields[name];
    if (!field) {
      throw new InputError(
        `Cannot use "${file}": ` + (oldFlagText(flagOf(name)) ??
          `there is no field "${name}"; the fields are ` +
            Object.keys(schema.shape).join(", ")),
      );
    }
    const issue = field.safeParse(value).error?.issues[0];
    if (issue) {
      throw new InputError(
        `Cannot use "${file}": ${name}: ${issue.message}: current value is ` +
          JSON.stringify(value),
      );
    }
    // Before the field's own check, as if it had been typed.
    fields[name] = field.prefault(value).describe(field.description ?? "");
  }
  return schema.extend(fields) as S;
}

/** The file that `--config` names; undefined without it. */
export function configFileOf(args: readonly string[]): string | undefined {
  for (const [i, arg] of args.entries()) {
    if (arg.startsWith("--config=")) return arg.slice("--config=".length);
    if (arg === "--config") return args[i + 1];
  }
  return undefined;
}

/** @throws {InputError} if a file that was named cannot be read */
export async function readText(path: string): Promise<string> {
  try {
    return await Deno.readTextFile(path);
  } catch (error) {
    throw new InputError(
      `Cannot read "${path}": it must be a file that may be read: ` +
        messageOf(error),
    );
  }
}

function recordOf(text: string, file: string): Record<string, unknown> {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new InputError(
      `Cannot use "${file}": it must be JSON: ${messageOf(error)}`,
    );
  }
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw new InputError(
      `Cannot use "${file}": it must be a JSON object: current value is ` +
        JSON.stringify(value).slice(0, 100),
    );
  }
  return value as Record<string, unknown>;
}
