/** Tokens of the smallest clips, 16 frames of 64x64, whose shift is 1. */
export const REFERENCE_TOKENS = 64;
/** Latent channels up to which they do not add to the shift. */
const REFERENCE_CHANNELS = 32;

/**
 * The shift of noise levels towards noise, by the size of the latent:
 * `sqrt(tokens / 64 * max(1, channels / 32))` (Esser et al. 2024, arXiv
 * 2403.03206, section 5.3.2, for a fixed number of channels).
 *
 * Neighbouring tokens of a large clip are redundant, and so are the channels of
 * a wide latent: more noise is needed to hide their content.
 *
 * @example
 * ```ts
 * import { timestepShift } from "lib/models/diffusion/mod.ts";
 * import assert from "node:assert/strict";
 *
 * assert.equal(timestepShift(64), 1);
 * assert.equal(timestepShift(1024), 4);
 * assert.equal(timestepShift(64, 128), 2);
 * ```
 */
export function timestepShift(
  tokens: number,
  channels: number = REFERENCE_CHANNELS,
): number {
  const richness = Math.max(1, channels / REFERENCE_CHANNELS);
  return Math.sqrt(tokens / REFERENCE_TOKENS * richness);
}

/**
 * Shifts a noise level in [0,1]: `shift s / (1 - s + shift s)`, which multiplies
 * the odds `s / (1 - s)` by the shift.
 */
export function shiftSigma(sigma: number, shift: number): number {
  return shift * sigma / (1 - sigma + shift * sigma);
}

/**
 * Noise levels of a sampler, from 1 to 0, one more than steps.
 *
 * @param shift 1 spaces them evenly; more spends more steps at high noise.
 * @throws {RangeError} if steps is not a whole number from 1, or shift not
 *   above 0
 *
 * @example
 * ```ts
 * import { sigmaSchedule } from "lib/models/diffusion/mod.ts";
 * import assert from "node:assert/strict";
 *
 * assert.deepEqual(sigmaSchedule(4), [1, 0.75, 0.5, 0.25, 0]);
 * assert.deepEqual(sigmaSchedule(2, 3), [1, 0.75, 0]);
 * ```
 */
export function sigmaSchedule(steps: number, shift = 1): number[] {
  if (!Number.isInteger(steps) || steps < 1) {
    throw new RangeError(
      `Cannot sample: steps must be a whole number of at least 1: current value is ${steps}`,
    );
  }
  if (!(shift > 0 && shift < Infinity)) {
    throw new RangeError(
      `Cannot sample: shift must be above 0: current value is ${shift}`,
    );
  }
  const inner = Array.from(
    { length: steps - 1 },
    (_, i) => shiftSigma(1 - (i + 1) / steps, shift),
  );
  return [1, ...inner, 0];
}
