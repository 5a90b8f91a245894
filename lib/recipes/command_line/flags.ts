import { parseArgs } from "node:util";
import * as z from "zod";
import { editDistance, InputError } from "../../core/mod.ts";
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
  if (wantsHelp(args)) return undefined;
  const operands = operandsOf(schema);
  /** The name of each flag's field. */
  const fields = new Map(
    Object.keys(schema.shape).filter((name) => name !== operands)
      .map((name) => [flagOf(name), name]),
  );
  const { values, tokens, positionals } = parseArgs({
    args: [...args],
    options: Object.fromEntries(
      [...fields].map(([flag, name]) => {
        const field = schema.shape[name]!;
        const type = isSwitch(field) ? "boolean" : "string";
        return [flag, { type, multiple: isRepeated(field) }] as const;
      }),
    ),
    strict: false,
    allowPositionals: true,
    tokens: true,
  });
  const flags = [...fields.keys()];
  for (const token of tokens) {
    if (token.kind === "positional") {
      if (operands !== undefined) continue;
      throw new InputError(
        `Unexpected argument "${token.value}"; ${listed(flags)}`,
      );
    }
    if (token.kind !== "option") continue;
    const { name: flag, rawName, value, inlineValue } = token;
    const name = fields.get(flag);
    if (name === undefined) {
      throw new InputError(
        "Cannot read the command: " +
          (oldFlagText(flag) ??
            unknownText(
              args[token.index]!,
              rawName,
              flags,
              operands !== undefined,
            )),
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
  const given = Object.fromEntries([
    ...[...fields].filter(([flag]) => values[flag] !== undefined)
      .map(([flag, name]) => [name, values[flag]]),
    ...(operands === undefined ? [] : [[operands, positionals]]),
  ]);
  const result = schema.safeParse(given);
  if (result.success) return result.data;
  const { path, message } = result.error.issues[0]!;
  const name = String(path[0] ?? "");
  if (name !== operands && given[name] === undefined) {
    throw new InputError(
      `Cannot read the command: --${flagOf(name)} must be given: ` +
        `${schema.shape[name]?.description ?? message}`,
    );
  }
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
    const choices = choicesOf(field);
    const fallback = isSwitch(field) ? undefined : declaredDefault(field);
    const notes = [
      ...(choices.length > 0 ? [`one of ${choices.join(", ")}`] : []),
      ...rangeOf(field),
      ...(fallback === undefined ? [] : [`default ${fallback}`]),
      ...(isRepeated(field) ? ["may be repeated"] : []),
    ];
    return [
      `  --${flagOf(name)}`,
      withNotes(field.description ?? "", notes),
    ] as const;
  });
  const words = [
    usage,
    ...(operands === undefined ? [] : [operandsWord(operands)]),
    ...(rows.length > (operands === undefined ? 0 : 1) ? ["[flags]"] : []),
  ];
  return helpPage(purpose, words.join(" "), rows);
}

/** The help of a task that has several commands, with a purpose each. */
export function commandsText(
  usage: string,
  purpose: string,
  commands: Readonly<Record<string, { readonly purpose: string }>>,
): string {
  return helpPage(
    purpose,
    usage,
    Object.entries(commands).map(([name, { purpose }]) =>
      [`  ${name}`, purpose] as const
    ),
  );
}

function helpPage(
  purpose: string,
  usage: string,
  rows: readonly (readonly [name: string, text: string])[],
): string {
  const width = Math.max(0, ...rows.map(([name]) => name.length));
  return [
    purpose,
    "",
    `Usage: ${usage}`,
    ...(rows.length > 0 ? [""] : []),
    ...rows.map(([name, text]) => `${name.padEnd(width)}  ${text}`),
  ].join("\n");
}

/** Whether a command line asks for help: `--help` or `-h` before any `--`. */
export function wantsHelp(args: readonly string[]): boolean {
  const end = args.indexOf("--");
  return args.slice(0, end === -1 ? undefined : end)
    .some((arg) => arg === "--help" || arg === "-h");
}

/** Whether a flag takes no value: its field is a boolean, perhaps with a default. */
function isSwitch(field: z.ZodType): boolean {
  return field instanceof z.ZodDefault || field instanceof z.ZodPrefault
    ? isSwitch(field.unwrap() as z.ZodType)
    : field instanceof z.ZodBoolean;
}

/** Whether a flag may be given several times: its field is an array with a default. */
export function isRepeated(field: z.core.$ZodType): boolean {
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

/** The values of a field that takes one of a few; empty for any other. */
function choicesOf(field: z.core.$ZodType): readonly string[] {
  if (field instanceof z.ZodEnum) return field.options.map(String);
  if (
    field instanceof z.ZodDefault || field instanceof z.ZodPrefault ||
    field instanceof z.ZodOptional
  ) return choicesOf(field.unwrap());
  return field instanceof z.ZodPipe ? choicesOf(field.in) : [];
}

/** A description and notes in one pair of brackets, its own `(default: ...)` last. */
function withNotes(description: string, notes: readonly string[]): string {
  const [, text = description, own] =
    /^(.*) \((default: [^()]*)\)$/.exec(description) ?? [];
  const all = [...notes, ...(own === undefined ? [] : [own])];
  return text + (all.length > 0 ? ` (${all.join("; ")})` : "");
}

/** The range of a number, as its flag type has it. */
function rangeOf(field: z.core.$ZodType): readonly string[] {
  const range = z.globalRegistry.get(field)?.range;
  if (typeof range === "string" && range !== "") return [range];
  return field instanceof z.ZodDefault || field instanceof z.ZodPrefault ||
      field instanceof z.ZodOptional
    ? rangeOf(field.unwrap())
    : [];
}

/** The default of a field as it would be typed; undefined if it has none. */
function declaredDefault(field: z.core.$ZodType): unknown {
  if (isRepeated(field)) return undefined;
  if (field instanceof z.ZodDefault || field instanceof z.ZodPrefault) {
    return field.def.defaultValue;
  }
  return field instanceof z.ZodPipe ? declaredDefault(field.in) : undefined;
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
  return flags.length === 0
    ? "the command has no flags"
    : `the flags are ${flags.map((flag) => `--${flag}`).join(", ")}`;
}

/**
 * The sentence on a flag that a command does not have.
 *
 * @param arg The argument as it was typed.
 * @param hasOperands Whether the argument may have been meant as a text.
 */
function unknownText(
  arg: string,
  rawName: string,
  flags: readonly string[],
  hasOperands: boolean,
): string {
  const isFlagLike = /^--[A-Za-z][\w-]*(?:=|$)/.test(arg);
  return hasOperands && !isFlagLike
    ? `"${arg}" begins with a minus, as flags do; write -- before a text: ` +
      `-- "${arg}"`
    : `there is no flag ${isFlagLike ? rawName : arg}; ${
      suggestion(rawName.replace(/^-+/, ""), flags)
    }`;
}

function suggestion(wrong: string, flags: readonly string[]): string {
  const [near] = flags
    .map((flag) => ({ flag, distance: editDistance(wrong, flag) }))
    .sort((a, b) => a.distance - b.distance);
  return near && near.distance <= 2
    ? `did you mean --${near.flag}?`
    : listed(flags);
}
