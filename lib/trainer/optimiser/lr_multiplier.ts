/**
 * Factors on the learning rate of all parameters under a path, 1 where none is
 * named. Parameters with the factor 0 stay as they are and get no gradient.
 */
export type LrMultipliers = Readonly<Record<string, number>>;

/**
 * The factor on the learning rate of a parameter.
 *
 * @example
 * ```ts
 * import { lrMultiplierOf } from "lib/trainer/mod.ts";
 * import assert from "node:assert/strict";
 *
 * assert.equal(lrMultiplierOf("text/ngrams", { text: 0.1 }), 0.1);
 * assert.equal(lrMultiplierOf("textual", { text: 0.1 }), 1);
 * ```
 */
export function lrMultiplierOf(
  path: string,
  multipliers: LrMultipliers = {},
): number {
  const [, factor] =
    Object.entries(multipliers).find(([name]) =>
      path === name || path.startsWith(`${name}/`)
    ) ?? [];
  return factor ?? 1;
}
