import assert from "node:assert/strict";
import {
  shiftSigma,
  sigmaSchedule,
  timestepShift,
} from "lib/models/diffusion/mod.ts";

Deno.test("sigmaSchedule() goes from exactly 1 to exactly 0, falling, at any shift", () => {
  for (const shift of [0.5, 1, 3, 8]) {
    const sigmas = sigmaSchedule(30, shift);
    assert.deepEqual([sigmas.length, sigmas[0], sigmas[30]], [31, 1, 0]);
    sigmas.slice(1).forEach((sigma, i) => assert.ok(sigma < sigmas[i]!));
  }
});

Deno.test("sigmaSchedule() spends more steps on noise the larger the shift", () => {
  const noisy = (shift: number): number =>
    sigmaSchedule(100, shift).filter((sigma) => sigma > 0.5).length;
  // Odds of 1/3, sigma 1/4, are shifted to 1 by a shift of 3.
  assert.deepEqual([noisy(1), noisy(3)], [50, 75]);
});

Deno.test("shiftSigma() multiplies the odds of noise, and is undone by the inverse", () => {
  for (const sigma of [0.1, 0.5, 0.9]) {
    const shifted = shiftSigma(sigma, 4);
    const odds = (s: number): number => s / (1 - s);
    assert.ok(Math.abs(odds(shifted) / odds(sigma) - 4) < 1e-9);
    assert.ok(Math.abs(shiftSigma(shifted, 1 / 4) - sigma) < 1e-12);
  }
  assert.deepEqual([shiftSigma(0, 4), shiftSigma(1, 4)], [0, 1]);
});

Deno.test("timestepShift() is 1 for the smallest clips and grows with the root of tokens", () => {
  assert.deepEqual(
    [timestepShift(64), timestepShift(256), timestepShift(4096)],
    [1, 2, 8],
  );
  assert.deepEqual([timestepShift(64, 128), timestepShift(256, 8)], [2, 2]);
});

Deno.test("sampling needs at least one whole step, and a shift above zero", () => {
  for (const steps of [0, -1, 1.5, NaN]) {
    assert.throws(() => sigmaSchedule(steps), {
      name: "RangeError",
      message: `Cannot sample: steps must be a whole number of at least 1: ` +
        `current value is ${steps}`,
    });
  }
  for (const shift of [0, -1, NaN, Infinity]) {
    assert.throws(() => sigmaSchedule(4, shift), {
      name: "RangeError",
      message:
        `Cannot sample: shift must be above 0: current value is ${shift}`,
    });
  }
});
