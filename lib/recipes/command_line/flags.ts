import { parseArgs } from "node:util";
import * as z from "zod";
import { InputError } from "../../core/mod.ts";
import { oldFlagText } from "./old_flags.ts";

/** A value of a flag; several for one that may be repeated. */
export type FlagValue = string | number | boolean | readonly string[];

/** A schema whose fields are the flags of a command. */
export type FlagSchema = z.ZodObject<Record<string, z.ZodType>>;

/**
 * Reads a command's flags by its schema: names, types, defaults, limits and help.
 * A boolean is a switch: true where it is given, false elsewhere. An array takes
 * the arguments that follow no flag; one with a default is a flag that may be
 * given several times.
 *
 * @returns the values, or undefined for `--help`
 * @throws {InputError} with the flag, the rule, the value found and the fix
 */
export function readFlags<S extends FlagSchema>(
  schema: S,
  args: readonly string[],
): z.infer<S> | undefined {
  const operands = operandsOf(schema);
  /** The name of each flag's field. */
  const fields = new Map(
    Object.keys(schema.shape).filter((name) => name !== operands)
      .map((name) => [flagOf(name), name]),
  );
  const { values, tokens, positionals } = parseArgs({
    args: [...args],
    options: {
      help: { type: "boolean", short: "h" },
      ...Object.fromEntries(
        [...fields].map(([flag, name]) => {
          const field = schema.shape[name]!;
          const type = isSwitch(field) ? "boolean" : "string";
          return [flag, { type, multiple: isRepeated(field) }] as const;
        }),
      ),
    },
    strict: false,
    allowPositionals: true,
    tokens: true,
  });
  const flags = [...fields.keys()];
  for (const token of tokens) {
    if (token.kind === "positional") {
      if (operands !== undefined) continue;
      throw new InputError(
        `Unexpected argument "${token.value}"; the flags are ${listed(flags)}`,
      );
    }
    if (token.kind !== "option" || token.name === "help") continue;
    const { name: flag, rawName, value, inlineValue } = token;
    const name = fields.get(flag);
    if (name === undefined) {
      throw new InputError(
        "Cannot read the command: " +
          (oldFlagText(flag) ??
            `there is no flag ${rawName}; ${suggestion(flag, flags)}`),
      );
    }
    if (isSwitch(schema.shape[name]!)) {
      if (value === undefined) continue;
      throw new InputError(
        `Cannot read the command: ${rawName} is a switch and takes no value: ` +
          `current value is "${value}"`,
      );
    }
    if (value === undefined || (!inlineValue && value.startsWith("--"))) {
      throw new InputError(
        `Cannot read the command: ${rawName} must be followed by a value`,
      );
    }
  }
  if (values.help) return undefined;
  const given = Object.fromEntries([
    ...[...fields].filter(([flag]) => values[flag] !== undefined)
      .map(([flag, name]) => [name, values[flag]]),
    ...(operands === undefined ? [] : [[operands, positionals]]),
  ]);
  const result = schema.safeParse(given);
  if (result.success) return result.data;
  const { path, message } = result.error.issues[0]!;
  const name = String(path[0] ?? "");
  throw new InputError(
    name === operands
      ? `Cannot read the command: ${operands} ${message}: ` +
        `current value is "${positionals.join(" ")}"`
      : `Cannot use --${flagOf(name)}: ${message}: ` +
        `current value is "${String(given[name])}"`,
  );
}

/**
 * The help of a command, from its schema.
 *
 * @param usage The command line, such as `deno task demo`.
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

/** Whether a flag takes no value: its field is a boolean, perhaps with a default. */
function isSwitch(field: z.ZodType): boolean {
  return field instanceof z.ZodDefault
    ? isSwitch(field.unwrap() as z.ZodType)
    : field instanceof z.ZodBoolean;
}

/** Whether a flag may be given several times: its field is an array with a default. */
export function isRepeated(field: z.ZodType): boolean {
  return field instanceof z.ZodDefault && field.unwrap() instanceof z.ZodArray;
}

/** The field of the arguments that follow no flag: an array. */
function operandsOf({ shape }: FlagSchema): string | undefined {
  return Object.keys(shape).find((name) => shape[name] instanceof z.ZodArray);
}

/** `folders` -> `FOLDERS...`. */
function operandsWord(name: string): string {
  return `${name.toUpperCase()}...`;
}

/** The value of a field that is not given; undefined if it is required or optional. */
function defaultOf(field: z.ZodType): unknown {
  const empty = field.safeParse(undefined);
  if (!empty.success || isRepeated(field)) return undefined;
  return empty.data;
}

/**
 * Values as arguments of a command, such as `--max-steps=5`: the inverse of
 * {@link readFlags}. Undefined values and switches that are off are left out.
 */
export function flagWords(
  values: Readonly<Record<string, FlagValue | undefined>>,
): string[] {
  return Object.entries(values)
    .filter(([, value]) => value !== undefined && value !== false)
    .flatMap(([name, value]) =>
      value === true
        ? [`--${flagOf(name)}`]
        : [value].flat().map((one) => `--${flagOf(name)}=${one}`)
    );
}

/** `maxSteps` -> `max-steps`. */
export function flagOf(name: string): string {
  return name.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}

function listed(flags: readonly string[]): string {
  return flags.map((flag) => `--${flag}`).join(", ");
}

function suggestion(wrong: string, flags: readonly string[]): string {
  const [near] = flags
    .map((flag) => ({ flag, distance: editDistance(wrong, flag) }))
    .sort((a, b) => a.distance - b.distance);
  return near && near.distance <= 2
    ? `did you mean --${near.flag}?`
    : `the flags are ${listed(flags)}`;
}

/** Letters to insert, delete or change from one word to another (Levenshtein 1966). */
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
