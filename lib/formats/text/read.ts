import { InputError, messageOf, missingFile } from "lib/core/mod.ts";
import { decodeText } from "./decode.ts";

/**
 * Reads a text file in UTF-8, or in UTF-16 with a byte-order mark.
 *
 * @param kind Of the file, for messages: `notebook`.
 * @throws {InputError} if it is missing, unreadable or in another encoding
 *
 * @example
 * ```ts
 * import { readText } from "lib/formats/text/mod.ts";
 * import assert from "node:assert/strict";
 *
 * const path = await Deno.makeTempFile();
 * await Deno.writeTextFile(path, "\ufeffa cat");
 * assert.equal(await readText(path), "a cat");
 * ```
 */
export async function readText(path: string, kind = "file"): Promise<string> {
  let bytes: Uint8Array;
  try {
    bytes = await Deno.readFile(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) throw missingFile(path, kind);
    const found = error instanceof Deno.errors.IsADirectory
      ? "it is a folder; name a file in it"
      : `it is unreadable (${messageOf(error)}); check its permissions`;
    throw new InputError(
      `Cannot read "${path}": it must be a ${kind}: ${found}`,
    );
  }
  return decodeText(bytes, path);
}
