import { InputError } from "./errors.ts";
import { exists } from "./paths.ts";

/**
 * Refuses to replace results of earlier work, before any new work.
 *
 * @param paths Files that a command is about to write.
 * @param overwrite Whether the user allows it: the flag `--overwrite`.
 * @param flag With which another place is named: `--out`.
 * @throws {InputError} naming the first file that exists
 *
 * @example
 * ```ts
 * import { assertReplaceable } from "lib/core/mod.ts";
 * import assert from "node:assert/strict";
 *
 * const path = await Deno.makeTempFile();
 * await assertReplaceable([path], true, "--out");
 * await assert.rejects(
 *   () => assertReplaceable([path], false, "--out"),
 *   /: it must not exist yet: it does; choose another with --out, or pass --overwrite/,
 * );
 * ```
 */
export async function assertReplaceable(
  paths: readonly string[],
  overwrite: boolean,
  flag: string,
): Promise<void> {
  if (overwrite) return;
  for (const path of paths) {
    if (!await exists(path)) continue;
    throw new InputError(
      `Cannot write "${path}": it must not exist yet: it does; choose another ` +
        `with ${flag}, or pass --overwrite to replace it`,
    );
  }
}

/**
 * The first of numbered paths that does not exist, for results that a command
 * adds to earlier ones.
 *
 * @param pathOf Path of a number, from 1.
 * @returns the number
 */
export async function freeNumber(
  pathOf: (number: number) => string,
): Promise<number> {
  let number = 1;
  while (await exists(pathOf(number))) number++;
  return number;
}
