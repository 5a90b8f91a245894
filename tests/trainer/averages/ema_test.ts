import assert from "node:assert/strict";
import { emaRate, powerExponent } from "lib/trainer/averages/ema.ts";

Deno.test("weights of a power-law EMA follow its exponent and have its std", () => {
  for (const std of [0.05, 0.1, 0.2]) {
    const exponent = powerExponent(std);
    const updates = 2000;
    // What each update weighs in the end: its rate, and what later ones leave.
    const weights = new Array<number>(updates);
    let left = 1;
    for (let t = updates; t >= 1; t--) {
      weights[t - 1] = left * emaRate(t, exponent);
      left *= 1 - emaRate(t, exponent);
    }
    const mean = weights.reduce((sum, w, i) => sum + w * (i + 1), 0);
    const variance = weights.reduce(
      (sum, w, i) => sum + w * (i + 1 - mean) ** 2,
      0,
    );
    const found = Math.sqrt(variance) / updates;
    assert.ok(Math.abs(found / std - 1) < 0.01, `${found}`);
    const ratio = weights[1799]! / weights[899]!;
    assert.ok(Math.abs(Math.log2(ratio) - exponent) < 0.02);
  }
});

Deno.test("powerExponent() refuses a std out of range", () => {
  for (const std of [0, -0.1, 0.3, NaN]) {
    assert.throws(
      () => powerExponent(std),
      new RangeError(
        `Cannot average parameters: std must lie in (0,0.28]: current ` +
          `value is ${std}`,
      ),
    );
  }
});
