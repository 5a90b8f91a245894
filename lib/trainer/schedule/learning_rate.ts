/** Learning rate over a run, as plain data: warm-up, then cosine decay or WSD. */
export interface LearningRateSchedule {
  /** Highest learning rate, reached after the warm-up; above 0. */
  readonly peak: number;
  /** Warm-up updates, in `[0, totalSteps]`. */
  readonly warmupSteps: number;
  /** Updates of the whole run, the warm-up included. */
  readonly totalSteps: number;
  /** Learning rate from the end of the run on, in `[0, peak]`. */
  readonly floor: number;
  /**
   * WSD: updates of the cooldown at the end, in `[0, totalSteps - warmupSteps]`;
   * the rate is constant before them. Cosine decay where left out.
   */
  readonly cooldownSteps?: number;
}

/** A learning rate of one's own. */
export interface OwnSchedule {
  /** Updates of the whole run. */
  readonly totalSteps: number;
  /**
   * The learning rate of an update, a finite number from 0.
   *
   * @param step Updates before it.
   */
  rateAt(step: number): number;
}

/**
 * Learning rate of one update: linear warm-up, then
 *
 * - cosine decay to the floor (Loshchilov and Hutter 2017, "SGDR", equation 5,
 *   with one period), or
 * - WSD, a constant rate and a cooldown by one minus the square root, which Hägele
 *   et al. 2024 (arXiv 2405.18392) found better than a linear one.
 *
 * With w = warmupSteps, n = totalSteps, c = cooldownSteps:
 *
 * - step < w: `peak * (step + 1) / (w + 1)`, so that no update has the rate 0
 *   (the warm-up of Goyal et al. 2017, section 2.2);
 * - cosine: `floor + (peak - floor) * (1 + cos(pi * (step - w) / (n - w))) / 2`;
 * - WSD: `peak` below n - c, then
 *   `floor + (peak - floor) * (1 - sqrt((step - (n - c)) / c))`;
 * - from n on `floor`.
 *
 * @param step Updates before this one, a whole number from 0.
 * @throws {RangeError} if a value is out of range
 *
 * @example
 * ```ts
 * import { learningRateAt } from "lib/trainer/mod.ts";
 * import assert from "node:assert/strict";
 *
 * const cosine = { peak: 1, warmupSteps: 1, totalSteps: 9, floor: 0 };
 * assert.deepEqual([0, 1, 5].map((step) => learningRateAt(step, cosine)), [0.5, 1, 0.5]);
 *
 * const wsd = { ...cosine, cooldownSteps: 4 };
 * assert.deepEqual([4, 6, 9].map((step) => learningRateAt(step, wsd)), [1, 0.5, 0]);
 * ```
 */
export function learningRateAt(
  step: number,
  schedule: LearningRateSchedule | OwnSchedule,
): number {
  if ("rateAt" in schedule) return ownRateAt(step, schedule);
  checkRanges(step, schedule);
  const { peak, warmupSteps, totalSteps, floor, cooldownSteps } = schedule;
  if (step < warmupSteps) return peak * (step + 1) / (warmupSteps + 1);
  if (step >= totalSteps) return floor;
  if (cooldownSteps === undefined) {
    const progress = (step - warmupSteps) / (totalSteps - warmupSteps); // [0,1)
    return floor + (peak - floor) * (1 + Math.cos(Math.PI * progress)) / 2;
  }
  const cooled = step - (totalSteps - cooldownSteps);
  if (cooled <= 0) return peak;
  return floor + (peak - floor) * (1 - Math.sqrt(cooled / cooldownSteps));
}

function ownRateAt(step: number, schedule: OwnSchedule): number {
  const rate = schedule.rateAt(step);
  if (Number.isFinite(rate) && rate >= 0) return rate;
  throw new RangeError(
    `Cannot compute the learning rate: rateAt(${step}) must return a finite ` +
      `number from 0: it returned ${rate}`,
  );
}

function checkRanges(
  step: number,
  { peak, warmupSteps, totalSteps, floor, cooldownSteps = 0 }:
    LearningRateSchedule,
): void {
  const rest = totalSteps - warmupSteps;
  const rules: [name: string, value: number, rule: string, holds: boolean][] = [
    ["step", step, "a whole number from 0", isCount(step)],
    ["peak", peak, "finite and above 0", Number.isFinite(peak) && peak > 0],
    ["totalSteps", totalSteps, "a whole number from 0", isCount(totalSteps)],
    [
      "warmupSteps",
      warmupSteps,
      `a whole number in [0,${totalSteps}]`,
      isCount(warmupSteps) && warmupSteps <= totalSteps,
    ],
    ["floor", floor, `in [0,${peak}]`, floor >= 0 && floor <= peak],
    [
      "cooldownSteps",
      cooldownSteps,
      `a whole number in [0,${rest}]`,
      isCount(cooldownSteps) && cooldownSteps <= rest,
    ],
  ];
  for (const [name, value, rule, holds] of rules) {
    if (holds) continue;
    throw new RangeError(
      `Cannot compute the learning rate: ${name} must be ${rule}: ` +
        `current value is ${value}`,
    );
  }
}

function isCount(value: number): boolean {
  return Number.isSafeInteger(value) && value >= 0;
}
