import { InputError, messageOf } from "../../core/mod.ts";
import { flagOf, type FlagSchema, oldFlagText } from "../command_line/mod.ts";

/**
 * Flags with defaults from a JSON file: one schema validates both. The command
 * line overrides the file.
 *
 * @param text Content of the file.
 * @param file Its name, for messages.
 * @throws {InputError} naming an unknown or invalid field
 */
export function flagsWithDefaults<S extends FlagSchema>(
  schema: S,
  text: string,
  file: string,
): S {
  const defaults = recordOf(text, file);
  const fields = { ...schema.shape };
  for (const [name, value] of Object.entries(defaults)) {
    const field = Object.hasOwn(fields, name) ? fields[name] : undefined;
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
    // Validated like a typed value.
    fields[name] = field.prefault(value).describe(field.description ?? "");
  }
  return schema.extend(fields) as S;
}

/** The file of `--config`; undefined without the flag. */
export function configFileOf(args: readonly string[]): string | undefined {
  for (const [i, arg] of args.entries()) {
    if (arg.startsWith("--config=")) return arg.slice("--config=".length);
    if (arg === "--config") return args[i + 1];
  }
  return undefined;
}

/** @throws {InputError} if the file cannot be read */
export async function readText(path: string): Promise<string> {
  try {
    return await Deno.readTextFile(path);
  } catch (error) {
    throw new InputError(
      `Cannot read "${path}": it must be a readable file: ` +
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
