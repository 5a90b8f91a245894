import * as z from "zod";
import { InputError } from "../../core/mod.ts";
import { type FlagSchema, flagWords, readFlags } from "./flags.ts";

/** Values of flags as the knobs of a notebook hold them. */
export type Knobs = Readonly<Record<string, string | number | boolean>>;

/**
 * Reads flags where a notebook stands in for the command line: those one often
 * turns are knobs of its own, and all others can be typed in a list. A flag
 * that may be left out is left out by 0 or "".
 *
 * @param knobs Values by the names of flags.
 * @param words Further flags as they are typed, such as `["--batch=8"]`; a flag
 *   that is a knob stands there alone.
 * @throws {InputError} naming the flag, as on the command line
 *
 * @example
 * ```ts
 * import { readKnobs } from "lib/recipes/command_line/mod.ts";
 * import * as z from "zod";
 * import assert from "node:assert/strict";
 *
 * const schema = z.strictObject({
 *   seed: z.coerce.number().default(1),
 *   maxSteps: z.coerce.number().min(1).optional(),
 *   batch: z.coerce.number().optional(),
 * });
 * assert.deepEqual(readKnobs(schema, { seed: 2, maxSteps: 0 }, ["--batch=8"]), { seed: 2, batch: 8 });
 * assert.throws(() => readKnobs(schema, { seed: 2 }, ["--seed=3"]), /there is no flag --seed/);
 * ```
 */
export function readKnobs<S extends FlagSchema>(
  schema: S,
  knobs: Knobs,
  words: readonly string[],
): z.infer<S> {
  const given = Object.entries(knobs).filter(([name, value]) =>
    (value !== 0 && value !== "") || !mayBeLeftOut(schema.shape[name]!)
  );
  const others = Object.entries(schema.shape)
    .filter(([name]) => !(name in knobs));
  const isTyped = readFlags(z.strictObject(Object.fromEntries(others)), words);
  const values = readFlags(schema, [
    ...flagWords(Object.fromEntries(given)),
    ...words,
  ]);
  if (isTyped !== undefined && values !== undefined) return values;
  throw new InputError(
    "Cannot read the flags: they must not ask for help, which is a command's: " +
      `current value is "${words.join(" ")}"; take --help out`,
  );
}

/**
 * The other way round: sets the knobs of a notebook so that it reads the same
 * values again.
 *
 * @param fallbacks The knobs that it has, with their defaults.
 * @returns a value for each knob that is a flag, and words for all other flags.
 *
 * @example
 * ```ts
 * import { knobsOf } from "lib/recipes/command_line/mod.ts";
 * import * as z from "zod";
 * import assert from "node:assert/strict";
 *
 * const schema = z.strictObject({
 *   seed: z.coerce.number().default(1),
 *   maxSteps: z.coerce.number().min(1).optional(),
 *   batch: z.coerce.number().optional(),
 * });
 * const { knobs, words } = knobsOf(schema, { seed: 2, batch: 8 }, { seed: 1, maxSteps: 10 });
 * assert.deepEqual(knobs, { seed: 2, maxSteps: 0 });
 * assert.deepEqual(words, ["--batch=8"]);
 * ```
 */
export function knobsOf(
  schema: FlagSchema,
  values: Readonly<Record<string, string | number | boolean | undefined>>,
  fallbacks: Readonly<Record<string, unknown>>,
): { knobs: Knobs; words: string[] } {
  const knobs: Record<string, string | number | boolean> = {};
  const rest: Record<string, string | number | boolean | undefined> = {};
  for (const [name, field] of Object.entries(schema.shape)) {
    const value = values[name];
    if (name in fallbacks) {
      knobs[name] = value ?? (typeof fallbacks[name] === "number" ? 0 : "");
    } else if (value !== field.safeParse(undefined).data) rest[name] = value;
  }
  return { knobs, words: flagWords(rest) };
}

/** Whether a flag has no value where none is given. */
function mayBeLeftOut(field: z.ZodType): boolean {
  const empty = field.safeParse(undefined);
  return empty.success && empty.data === undefined;
}
