import { copyOf, type NdArray } from "../../core/mod.ts";

/**
 * Puts an array into the leading corner of a larger one of the same rank: how a
 * layer that has learned becomes part of a wider one (Net2Net, arXiv 1511.05641).
 *
 * @param larger At least as long along every axis; it is copied.
 *
 * @example
 * ```ts
 * import { inCorner } from "lib/models/layers/mod.ts";
 * import { float32, zeros } from "lib/core/mod.ts";
 * import assert from "node:assert/strict";
 *
 * const wider = inCorner(float32([2, 1], [5, 6]), zeros([2, 2]));
 * assert.deepEqual([...wider.data], [5, 0, 6, 0]);
 * ```
 */
export function inCorner<A extends NdArray>(array: A, larger: A): A {
  const result = copyOf(larger);
  const width = array.shape.at(-1) ?? 1;
  for (let from = 0; from < array.data.length; from += width) {
    result.data.set(
      array.data.subarray(from, from + width),
      offsetOf(from, array.shape, larger.shape),
    );
  }
  return result;
}

/** Where a number of the smaller array lies in the larger one. */
function offsetOf(
  index: number,
  shape: readonly number[],
  larger: readonly number[],
): number {
  let [rest, offset, stride] = [index, 0, 1];
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    offset += rest % shape[axis]! * stride;
    rest = Math.floor(rest / shape[axis]!);
    stride *= larger[axis]!;
  }
  return offset;
}
