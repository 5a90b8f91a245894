import type { ProgressFacts } from "./progress.ts";

/** Units of time, longest first. */
const UNITS: readonly (readonly [name: string, seconds: number])[] = [
  ["d", 86_400],
  ["h", 3_600],
  ["min", 60],
  ["s", 1],
];

/**
 * Prints a time in its two largest units, rounded to whole seconds.
 *
 * @param seconds Finite, at least 0.
 *
 * @example
 * ```ts
 * import { durationText } from "lib/core/progress/mod.ts";
 * import assert from "node:assert/strict";
 *
 * assert.equal(durationText(80), "1 min 20 s");
 * assert.equal(durationText(7_200), "2 h");
 * assert.equal(durationText(0.2), "0 s");
 * ```
 */
export function durationText(seconds: number): string {
  const whole = Math.round(seconds);
  const first = UNITS.findIndex(([, size]) => whole >= size);
  if (first === -1) return "0 s";
  let rest = whole;
  const parts: string[] = [];
  for (const [name, size] of UNITS.slice(first, first + 2)) {
    const count = Math.floor(rest / size);
    if (count > 0) parts.push(`${count} ${name}`);
    rest -= count * size;
  }
  return parts.join(" ");
}

/**
 * Prints a measured number: whole ones in full, others with 3 significant digits.
 *
 * @example
 * ```ts
 * import { numberText } from "lib/core/progress/mod.ts";
 * import assert from "node:assert/strict";
 *
 * assert.equal(numberText(123456), "123456");
 * assert.equal(numberText(0.123456), "0.123");
 * assert.equal(numberText(1234.5), "1235");
 * ```
 */
export function numberText(value: number): string {
  if (!Number.isFinite(value)) return String(value);
  if (Math.abs(value) >= 100) return String(Math.round(value));
  return String(Number(value.toPrecision(3)));
}

/**
 * Prints the facts of a task in their order: `loss 0.12, stage 256px`.
 *
 * @example
 * ```ts
 * import { factsText } from "lib/core/progress/mod.ts";
 * import assert from "node:assert/strict";
 *
 * assert.equal(factsText({ loss: 0.12345, stage: "256px" }), "loss 0.123, stage 256px");
 * ```
 */
export function factsText(facts: ProgressFacts): string {
  return Object.entries(facts)
    .map(([name, value]) =>
      `${name} ${typeof value === "number" ? numberText(value) : value}`
    )
    .join(", ");
}
