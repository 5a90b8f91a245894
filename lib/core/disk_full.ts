/** What systems call it when a file takes no more. */
const CODES: readonly unknown[] = ["ENOSPC", "EDQUOT", "EFBIG"];

/**
 * Whether a write failed for want of room, or of leave to take more.
 *
 * @example
 * ```ts
 * import { isDiskFull } from "lib/core/mod.ts";
 * import assert from "node:assert/strict";
 *
 * const full = Object.assign(new Error("No space left on device"), { code: "ENOSPC" });
 * assert.ok(isDiskFull(full));
 * assert.ok(!isDiskFull(new Error("something else")));
 * ```
 */
export function isDiskFull(error: unknown): boolean {
  return error instanceof Error &&
    CODES.includes((error as { code?: unknown }).code);
}
