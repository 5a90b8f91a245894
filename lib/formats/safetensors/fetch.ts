import { headerFrom } from "./_source.ts";
import { type Fetch, remoteFile } from "./_remote_file.ts";
import type { SafetensorsHeader } from "./header.ts";

/** How a file on a server is read. */
export interface FetchOptions {
  /** What asks the server, by default the platform's `fetch`. */
  readonly fetch?: Fetch;
  readonly signal?: AbortSignal;
}

/**
 * Reads the header of a safetensors file on a server, and none of its numbers:
 * two range requests, for the length and for the JSON. A server that does not
 * know ranges is read from the start and left as soon as the header is there.
 *
 * @param address `http` or `https`, of the file itself.
 *
 * @throws {InputError} if the address leads to no such file, the server does
 *   not answer as it should, or the file breaks a rule of the format
 *
 * @example
 * ```ts
 * import { encodeSafetensors, fetchSafetensorsHeader } from "lib/formats/safetensors/mod.ts";
 * import { float32 } from "lib/core/mod.ts";
 * import assert from "node:assert/strict";
 *
 * const file = new Blob(encodeSafetensors([["bias", float32([2], [1, 2])]], {}));
 * const { entries } = await fetchSafetensorsHeader("https://example.org/model.safetensors", {
 *   fetch: () => Promise.resolve(new Response(file)), // a server without ranges
 * });
 * assert.deepEqual(entries, [{ name: "bias", dtype: "F32", shape: [2], begin: 0, end: 8 }]);
 * ```
 */
export async function fetchSafetensorsHeader(
  address: string,
  options: FetchOptions = {},
): Promise<SafetensorsHeader> {
  return await headerFrom(remoteFile(address, options));
}
