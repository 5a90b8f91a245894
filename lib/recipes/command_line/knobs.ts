import * as z from "zod";
import { InputError } from "../../core/mod.ts";
import {
  type FlagSchema,
  type FlagValue,
  flagWords,
  isRepeated,
  readFlags,
} from "./flags.ts";

/** Values of flags as parameters of a notebook. */
export type Knobs = Readonly<Record<string, string | number | boolean>>;

/**
 * Reads flags in a notebook: common flags are parameters of its own (knobs), all
 * others are arguments in a list. An optional flag is left out by 0 or "".
 *
 * @param knobs Values by the names of flags.
 * @param words Further arguments, such as `["--batch=8"]`, of flags that are not
 *   knobs.
 * @throws {InputError} with the flag, as on the command line
 */
export function readKnobs<S extends FlagSchema>(
  schema: S,
  knobs: Knobs,
  words: readonly string[],
): z.infer<S> {
  const given = Object.entries(knobs).filter(([name, value]) =>
    (value !== 0 && value !== "") || !isOptional(schema.shape[name]!)
  );
  const others = Object.entries(schema.shape)
    // A knob holds one value of a repeated flag, words hold others.
    .filter(([name, field]) => !(name in knobs) || isRepeated(field));
  const isTyped = readFlags(z.strictObject(Object.fromEntries(others)), words);
  const values = readFlags(schema, [
    ...flagWords(Object.fromEntries(given)),
    ...words,
  ]);
  if (isTyped !== undefined && values !== undefined) return values;
  throw new InputError(
    "Cannot read the flags: --help is for commands alone: " +
      `current value is "${words.join(" ")}"; remove --help`,
  );
}

/**
 * The inverse of {@link readKnobs}: the knobs and words of a notebook for values.
 *
 * @param fallbacks The knobs of the notebook, with their defaults.
 * @returns a value for each knob that is a flag, and words for all other flags
 */
export function knobsOf(
  schema: FlagSchema,
  values: Readonly<Record<string, FlagValue | undefined>>,
  fallbacks: Readonly<Record<string, unknown>>,
): { knobs: Knobs; words: string[] } {
  const knobs: Record<string, string | number | boolean> = {};
  const rest: Record<string, FlagValue | undefined> = {};
  for (const [name, field] of Object.entries(schema.shape)) {
    const value = values[name];
    if (isRepeated(field)) {
      const [first, ...others] = (value ?? []) as readonly string[];
      // A knob holds one value; the others are words.
      if (name in fallbacks) knobs[name] = first ?? "";
      else if (first !== undefined) others.unshift(first);
      if (others.length > 0) rest[name] = others;
    } else if (name in fallbacks) {
      knobs[name] = (value as string | number | boolean | undefined) ??
        (typeof fallbacks[name] === "number" ? 0 : "");
    } else if (value !== field.safeParse(undefined).data) rest[name] = value;
  }
  return { knobs, words: flagWords(rest) };
}

/** Whether a flag has neither a value nor an error where it is not given. */
function isOptional(field: z.ZodType): boolean {
  if (isRepeated(field)) return true;
  const empty = field.safeParse(undefined);
  return empty.success && empty.data === undefined;
}
