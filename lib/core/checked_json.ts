import type * as z from "zod";
import { InputError, messageOf } from "./errors.ts";
import { exists } from "./paths.ts";

/**
 * Parses JSON that a file holds and checks its form, whatever became of the file.
 *
 * @param place The file, and the part of it: `"done.json"`.
 * @param fix The end of the error message.
 * @throws {InputError} naming the place and the first field that is another one
 *
 * @example
 * ```ts
 * import { checkedJson } from "lib/core/mod.ts";
 * import assert from "node:assert/strict";
 * import * as z from "zod";
 *
 * const schema = z.strictObject({ steps: z.int() });
 * assert.deepEqual(checkedJson('{"steps":2}', schema, '"a.json"', "remove it"), { steps: 2 });
 * assert.throws(() => checkedJson("{}", schema, '"a.json"', "remove it"), {
 *   message: 'Cannot read "a.json": steps: Invalid input: expected number, received undefined; remove it',
 * });
 * ```
 */
export function checkedJson<S extends z.ZodType>(
  text: string,
  schema: S,
  place: string,
  fix: string,
): z.output<S> {
  const refused = (problem: string): InputError =>
    new InputError(`Cannot read ${place}: ${problem}; ${fix}`);
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw refused(`it must be JSON: ${messageOf(error)}`);
  }
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const { path, message } = result.error.issues[0]!;
  throw refused(path.length > 0 ? `${path.join(".")}: ${message}` : message);
}

/**
 * Reads a file of JSON by {@link checkedJson}; undefined where there is none.
 *
 * @param fix The end of the error message.
 * @throws {InputError} naming the file and the first field that is another one
 */
export async function readCheckedJson<S extends z.ZodType>(
  path: string,
  schema: S,
  fix: string,
): Promise<z.output<S> | undefined> {
  if (!await exists(path)) return undefined;
  return checkedJson(await Deno.readTextFile(path), schema, `"${path}"`, fix);
}
