import assert from "node:assert/strict";
import { noiseLevels, shiftLevel, shiftOf } from "lib/models/diffusion/mod.ts";

Deno.test("noiseLevels() goes from exactly 1 to exactly 0, falling, at any shift", () => {
  for (const shift of [0.5, 1, 3, 8]) {
    const levels = noiseLevels(30, { shift });
    assert.deepEqual([levels.length, levels[0], levels[30]], [31, 1, 0]);
    levels.slice(1).forEach((level, i) => assert.ok(level < levels[i]!));
  }
});

Deno.test("noiseLevels() stops at another end, spaced as before the shift", () => {
  for (const shift of [1, 3]) {
    const levels = noiseLevels(3, { shift, end: 0.4 });
    assert.deepEqual([levels.length, levels[0], levels[3]], [4, 1, 0.4]);
    const even = levels.map((level) => shiftLevel(level, 1 / shift));
    const step = (1 - even[3]!) / 3;
    even.slice(1).forEach((level, i) =>
      assert.ok(Math.abs(even[i]! - level - step) < 1e-12)
    );
  }
});

Deno.test("noiseLevels() spends more steps on noise the larger the shift", () => {
  const noisy = (shift: number): number =>
    noiseLevels(100, { shift }).filter((level) => level > 0.5).length;
  // Odds of 1/3, level 1/4, are shifted to 1 by a shift of 3.
  assert.deepEqual([noisy(1), noisy(3)], [50, 75]);
});

Deno.test("shiftLevel() multiplies the odds of noise, and is undone by the inverse", () => {
  for (const level of [0.1, 0.5, 0.9]) {
    const shifted = shiftLevel(level, 4);
    const odds = (s: number): number => s / (1 - s);
    assert.ok(Math.abs(odds(shifted) / odds(level) - 4) < 1e-9);
    assert.ok(Math.abs(shiftLevel(shifted, 1 / 4) - level) < 1e-12);
  }
  assert.deepEqual([shiftLevel(0, 4), shiftLevel(1, 4)], [0, 1]);
});

Deno.test("the shift is 1 for the smallest clips and grows with the root of the tokens", () => {
  assert.deepEqual([shiftOf(64), shiftOf(256), shiftOf(4096)], [1, 2, 8]);
  assert.deepEqual([shiftOf(64, 128), shiftOf(256, 8)], [2, 2]);
});

Deno.test("sampling needs at least one whole step, and a shift above zero", () => {
  for (const steps of [0, -1, 1.5, NaN]) {
    assert.throws(() => noiseLevels(steps), {
      name: "RangeError",
      message: `Cannot sample: steps must be a whole number of at least 1: ` +
        `current value is ${steps}`,
    });
  }
  for (const shift of [0, -1, NaN, Infinity]) {
    assert.throws(() => noiseLevels(4, { shift }), {
      name: "RangeError",
      message:
        `Cannot sample: shift must be above 0: current value is ${shift}`,
    });
  }
  for (const end of [-0.1, 1, NaN]) {
    assert.throws(() => noiseLevels(4, { end }), {
      name: "RangeError",
      message: "Cannot sample: the last level must be in [0, 1): " +
        `current value is ${end}`,
    });
  }
});
