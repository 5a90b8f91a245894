/** A field that is not what it was. */
export interface Difference {
  /** Names on the way to it, with dots. */
  readonly field: string;
  /** Both values as JSON; `absent` where there is none. */
  readonly before: string;
  readonly after: string;
}

/**
 * The first field in which two JSON values differ.
 *
 * @example
 * ```ts
 * import { firstDifference } from "lib/core/config_difference.ts";
 * import assert from "node:assert/strict";
 *
 * assert.deepEqual(
 *   firstDifference({ vae: { rate: 0.1 } }, { vae: { rate: 0.2 } }),
 *   { field: "vae.rate", before: "0.1", after: "0.2" },
 * );
 * ```
 */
export function firstDifference(
  before: unknown,
  after: unknown,
  path: readonly string[] = [],
): Difference | undefined {
  if (isRecord(before) && isRecord(after)) {
    for (
      const name of new Set([...Object.keys(before), ...Object.keys(after)])
    ) {
      const found = firstDifference(before[name], after[name], [...path, name]);
      if (found) return found;
    }
    return undefined;
  }
  const [a, b] = [JSON.stringify(before), JSON.stringify(after)];
  if (a === b) return undefined;
  return {
    field: path.join(".") || "the configuration",
    before: a ?? "absent",
    after: b ?? "absent",
  };
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
