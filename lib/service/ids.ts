/** Prefixes of the ids of things that clients see. */
export type IdKind = "job" | "usr" | "evt" | "wrk" | "req";

/**
 * A new id that sorts by its time: `job_` and a UUID version 7 (RFC 9562)
 * without dashes.
 *
 * @param now Milliseconds since 1970.
 *
 * @example
 * ```ts
 * import { newId } from "lib/service/ids.ts";
 * import assert from "node:assert/strict";
 *
 * assert.match(newId("job", Date.now()), /^job_[0-9a-f]{32}$/);
 * assert.ok(newId("job", 1000) < newId("job", 1001));
 * ```
 */
export function newId(kind: IdKind, now: number): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  new DataView(bytes.buffer).setBigUint64(
    0,
    BigInt(now) << 16n | BigInt(bytes[6]! << 8 | bytes[7]!),
  );
  bytes[6] = bytes[6]! & 0x0f | 0x70;
  bytes[8] = bytes[8]! & 0x3f | 0x80;
  return `${kind}_${bytes.toHex()}`;
}
