/**
 * A set of emoji, written in a row.
 *
 * @example
 * ```ts
 * import { among } from "lib/dataset/captions/grammars/_among.ts";
 * import assert from "node:assert/strict";
 *
 * assert.ok(among("🐈🚗").has("🚗"));
 * ```
 */
export function among(row: string): ReadonlySet<string> {
  return new Set([...row]);
}
