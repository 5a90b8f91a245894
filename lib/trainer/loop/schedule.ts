/** Learning rate over a run: warm-up, then cosine decay. */
export interface LearningRateSchedule {
  /** Highest learning rate, reached after the warm-up; above 0. */
  readonly peak: number;
  /** Warm-up updates, in `[0, totalSteps]`. */
  readonly warmupSteps: number;
  /** Updates of the whole run, the warm-up included. */
  readonly totalSteps: number;
  /** Learning rate from the end of the run on, in `[0, peak]`. */
  readonly floor: number;
}

/**
 * Learning rate of one update: linear warm-up, then cosine decay to the floor (Loshchilov and Hutter 2017, "SGDR", equation 5, with
 * one period; the warm-up of Goyal et al. 2017, section 2.2).
 *
 * With w = warmupSteps and n = totalSteps:
 *
 * - step < w: `peak * (step + 1) / (w + 1)`, so that no update has the
 *   rate 0;
 * - w <= step < n: `floor + (peak - floor) * (1 + cos(pi * (step - w) / (n - w))) / 2`;
 * - otherwise `floor`.
 *
 * @param step Updates before this one, a whole number from 0.
 * @throws {RangeError} if a value is out of range
 */
export function learningRateAt(
  step: number,
  schedule: LearningRateSchedule,
): number {
  checkRanges(step, schedule);
  const { peak, warmupSteps, totalSteps, floor } = schedule;
  if (step < warmupSteps) return peak * (step + 1) / (warmupSteps + 1);
  if (step >= totalSteps) return floor;
  const progress = (step - warmupSteps) / (totalSteps - warmupSteps); // [0,1)
  return floor + (peak - floor) * (1 + Math.cos(Math.PI * progress)) / 2;
}

function checkRanges(
  step: number,
  { peak, warmupSteps, totalSteps, floor }: LearningRateSchedule,
): void {
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
