import { InputError } from "../../core/mod.ts";
import { parseJson } from "../../formats/text/mod.ts";
import {
  flagOf,
  type FlagSchema,
  isRepeated,
  oldFlagText,
} from "../command_line/mod.ts";

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
  for (const [name, given] of Object.entries(defaults)) {
    const field = Object.hasOwn(fields, name) ? fields[name] : undefined;
    // One value of a flag that may be repeated needs no list.
    const value = field && isRepeated(field) ? [given].flat() : given;
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

function recordOf(text: string, file: string): Record<string, unknown> {
  const value = parseJson(text, file);
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw new InputError(
      `Cannot use "${file}": it must be a JSON object: current value is ` +
        JSON.stringify(value).slice(0, 100),
    );
  }
  return value as Record<string, unknown>;
}
