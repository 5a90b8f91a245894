import { parseArgs } from "node:util";
import * as z from "zod";
import { InputError } from "../../core/mod.ts";
import { oldFlagText } from "./old_flags.ts";

/** A schema whose fields are the flags of a command. */
export type FlagSchema = z.ZodObject<Record<string, z.ZodType>>;

/**
 * Reads a command's flags by its schema: the schema gives their names, kinds,
 * defaults, limits and help. A field that is an array takes the words that
 * follow no flag. A boolean is a switch: it stands alone and means
 * true, and false is what it is without.
 *
 * @returns the values, or undefined if help was asked for.
 * @throws {InputError} naming the flag, the rule, the value found and the fix
 *
 * @example
 * ```ts
 * import { readFlags } from "lib/recipes/command_line/mod.ts";
 * import * as z from "zod";
 * import assert from "node:assert/strict";
 *
 * const schema = z.strictObject({ steps: z.coerce.number().int().min(1).default(10) });
 * assert.deepEqual(readFlags(schema, ["--steps", "5"]), { steps: 5 });
 * assert.deepEqual(readFlags(schema, []), { steps: 10 });
 * assert.throws(() => readFlags(schema, ["--stepz", "5"]), /--stepz.*did you mean --steps/);
 *
 * const shown = z.strictObject({ json: z.boolean().default(false) });
 * assert.deepEqual(readFlags(shown, ["--json"]), { json: true });
 * ```
 */
export function readFlags<S extends FlagSchema>(
  schema: S,
  args: readonly string[],
): z.infer<S> | undefined {
  const operands = operandsOf(schema);
  const names = Object.keys(schema.shape).filter((name) => name !== operands);
  const { values, tokens, positionals } = parseArgs({
    args: [...args],
    options: {
      help: { type: "boolean", short: "h" },
      ...Object.fromEntries(
        names.map((name) =>
          [
            flagOf(name),
            { type: isSwitch(schema.shape[name]!) ? "boolean" : "string" },
          ] as const
        ),
      ),
    },
    strict: false,
    allowPositionals: true,
    tokens: true,
  });
  for (const token of tokens) {
    if (token.kind === "positional") {
      if (operands !== undefined) continue;
      throw new InputError(
        `Cannot read the command: every value must follow a flag: ` +
          `current value is "${token.value}"; the flags are ${listed(names)}`,
      );
    }
    if (token.kind !== "option" || token.name === "help") continue;
    if (!names.map(flagOf).includes(token.name)) {
      throw new InputError(
        "Cannot read the command: " +
          (oldFlagText(token.name) ??
            `there is no flag ${token.rawName}; ` +
              suggestion(token.name, names)),
      );
    }
    const { value, inlineValue } = token;
    if (isSwitch(fieldOf(schema, token.name))) {
      if (value === undefined) continue;
      throw new InputError(
        `Cannot read the command: ${token.rawName} is a switch and takes no ` +
          `value: current value is "${value}"`,
      );
    }
    if (value === undefined || (!inlineValue && value.startsWith("--"))) {
      throw new InputError(
        `Cannot read the command: ${token.rawName} must be followed by a value`,
      );
    }
  }
  if (values.help) return undefined;
  const given = {
    ...Object.fromEntries(
      names.flatMap((name) =>
        values[flagOf(name)] === undefined ? [] : [[name, values[flagOf(name)]]]
      ),
    ),
    ...(operands !== undefined && { [operands]: positionals }),
  };
  const result = schema.safeParse(given);
  if (result.success) return result.data;
  const issue = result.error.issues[0]!;
  const name = String(issue.path[0] ?? "");
  if (name === operands) {
    throw new InputError(
      `Cannot read the command: ${operands} ${issue.message}: ` +
        `current value is "${positionals.join(" ")}"`,
    );
  }
  throw new InputError(
    `Cannot use --${flagOf(name)}: ${issue.message}: ` +
      `current value is "${String(given[name])}"`,
  );
}

/**
 * The help of a command, from its schema.
 *
 * @param usage The command as it is typed, such as `deno task demo`.
 */
export function helpText(
  usage: string,
  purpose: string,
  schema: FlagSchema,
): string {
  const operands = operandsOf(schema);
  const rows = Object.entries(schema.shape).map(([name, field]) => {
    if (name === operands) {
      return [`  ${operandsWord(name)}`, field.description ?? ""] as const;
    }
    const fallback = isSwitch(field) ? undefined : defaultOf(field);
    return [
      `  --${flagOf(name)}`,
      (field.description ?? "") +
      (fallback === undefined ? "" : ` (default ${fallback})`),
    ] as const;
  });
  const width = Math.max(...rows.map(([flag]) => flag.length));
  return [
    purpose,
    "",
    `Usage: ${usage} ${
      operands === undefined ? "" : `${operandsWord(operands)} `
    }[flags]`,
    "",
    ...rows.map(([flag, text]) => `${flag.padEnd(width)}  ${text}`),
  ].join("\n");
}

/** Whether a flag stands alone: its field is a boolean, perhaps with a default. */
function isSwitch(field: z.ZodType): boolean {
  return field instanceof z.ZodDefault
    ? isSwitch(field.unwrap() as z.ZodType)
    : field instanceof z.ZodBoolean;
}

/** The field that takes the words that follow no flag: an array. */
function operandsOf({ shape }: FlagSchema): string | undefined {
  return Object.keys(shape).find((name) => shape[name] instanceof z.ZodArray);
}

/** `folders` -> `FOLDERS...`. */
function operandsWord(name: string): string {
  return `${name.toUpperCase()}...`;
}

function fieldOf({ shape }: FlagSchema, flag: string): z.ZodType {
  return Object.entries(shape).find(([name]) => flagOf(name) === flag)![1];
}

function defaultOf(field: z.ZodType): unknown {
  const empty = field.safeParse(undefined);
  return empty.success ? empty.data : undefined;
}

/**
 * Values as they would be typed, one word for each: what {@link readFlags}
 * reads as these values. Undefined ones and switches that are off take no word.
 */
export function flagWords(
  values: Readonly<Record<string, string | number | boolean | undefined>>,
): string[] {
  return Object.entries(values)
    .filter(([, value]) => value !== undefined && value !== false)
    .map(([name, value]) =>
      value === true ? `--${flagOf(name)}` : `--${flagOf(name)}=${value}`
    );
}

/** `maxSteps` -> `max-steps`. */
export function flagOf(name: string): string {
  return name.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}

function listed(names: readonly string[]): string {
  return names.map((name) => `--${flagOf(name)}`).join(", ");
}

function suggestion(wrong: string, names: readonly string[]): string {
  const near = names.map(flagOf)
    .map((flag) => ({ flag, distance: editDistance(wrong, flag) }))
    .sort((a, b) => a.distance - b.distance)[0];
  return near && near.distance <= 2
    ? `did you mean --${near.flag}?`
    : `the flags are ${listed(names)}`;
}

/** Letters to add, drop or change to make one word of another (Levenshtein). */
function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    row = row.reduce<number[]>((next, above, j) => {
      const value = j === 0 ? i : Math.min(
        above + 1,
        next[j - 1]! + 1,
        row[j - 1]! + Number(a[i - 1] !== b[j - 1]),
      );
      return [...next, value];
    }, []);
  }
  return row.at(-1)!;
}
