import type { ByteRange } from "./store.ts";

/**
 * Reads the header `Range` of a request (RFC 9110, 14.2). Several ranges, other
 * units and what cannot be read are ignored, as the standard allows.
 *
 * @param size Bytes that there are.
 * @returns undefined for the whole, `none` if the range lies outside
 *
 * @example
 * ```ts
 * import { rangeOf } from "lib/service/videos/range.ts";
 * import assert from "node:assert/strict";
 *
 * assert.deepEqual(rangeOf("bytes=2-5", 10), { first: 2, last: 5 });
 * assert.deepEqual(rangeOf("bytes=-3", 10), { first: 7, last: 9 });
 * assert.equal(rangeOf("bytes=10-", 10), "none");
 * ```
 */
export function rangeOf(
  header: string | undefined,
  size: number,
): ByteRange | "none" | undefined {
  const [, from = "", to = ""] = /^bytes=(\d*)-(\d*)$/.exec(header ?? "") ?? [];
  if (from === "" && to === "") return undefined;
  if (from === "") {
    const count = Number(to);
    return count === 0
      ? "none"
      : { first: Math.max(0, size - count), last: size - 1 };
  }
  const first = Number(from);
  if (to !== "" && Number(to) < first) return undefined;
  if (first >= size) return "none";
  return {
    first,
    last: to === "" ? size - 1 : Math.min(Number(to), size - 1),
  };
}
