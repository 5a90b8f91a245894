import assert from "node:assert/strict";
import { learningRateAt } from "lib/trainer/schedule/learning_rate.ts";

const SCHEDULE = { peak: 0.8, warmupSteps: 4, totalSteps: 12, floor: 0.2 };

function near(actual: number, expected: number): void {
  assert.ok(
    Math.abs(actual - expected) < 1e-12,
    `expected ${expected}, got ${actual}`,
  );
}

Deno.test("learningRateAt() rises in equal steps from above 0 to the peak", () => {
  for (const step of [0, 1, 2, 3, 4]) {
    near(learningRateAt(step, SCHEDULE), 0.8 * (step + 1) / 5);
  }
});

Deno.test("learningRateAt() falls along half a cosine wave to the floor", () => {
  // 8 steps of pi / 8 each, around the middle 0.5 with amplitude 0.3.
  near(learningRateAt(6, SCHEDULE), 0.5 + 0.3 * Math.SQRT1_2);
  near(learningRateAt(8, SCHEDULE), 0.5);
  near(learningRateAt(10, SCHEDULE), 0.5 - 0.3 * Math.SQRT1_2);
  for (const step of [12, 13, 1000]) {
    assert.equal(learningRateAt(step, SCHEDULE), 0.2);
  }
});

Deno.test("learningRateAt() of WSD stays at the peak and cools down by a root", () => {
  const wsd = { ...SCHEDULE, cooldownSteps: 4 };
  for (const step of [4, 6, 8]) near(learningRateAt(step, wsd), 0.8);
  near(learningRateAt(9, wsd), 0.2 + 0.6 * (1 - Math.sqrt(1 / 4)));
  near(learningRateAt(11, wsd), 0.2 + 0.6 * (1 - Math.sqrt(3 / 4)));
  near(learningRateAt(12, wsd), 0.2);
});

Deno.test("learningRateAt() takes a schedule of one's own, finite and from 0", () => {
  assert.equal(
    learningRateAt(3, { totalSteps: 9, rateAt: (step) => step / 2 }),
    1.5,
  );
  assert.throws(
    () => learningRateAt(3, { totalSteps: 9, rateAt: () => -1 }),
    {
      name: "RangeError",
      message: "Cannot compute the learning rate: rateAt(3) must return a " +
        "finite number from 0: it returned -1",
    },
  );
});

Deno.test("learningRateAt() starts at the peak without a warm-up", () => {
  near(learningRateAt(0, { ...SCHEDULE, warmupSteps: 0 }), 0.8);
});

Deno.test("learningRateAt() may warm up for the whole run", () => {
  const schedule = { peak: 1, warmupSteps: 3, totalSteps: 3, floor: 0 };
  const rates = [0, 1, 2, 3].map((step) => learningRateAt(step, schedule));
  assert.deepEqual(rates, [0.25, 0.5, 0.75, 0]);
});

Deno.test("learningRateAt() refuses numbers outside their ranges", () => {
  const cases: [step: number, fields: object, problem: string][] = [
    [-1, {}, "step must be a whole number from 0: current value is -1"],
    [0.5, {}, "step must be a whole number from 0: current value is 0.5"],
    [0, { peak: 0 }, "peak must be finite and above 0: current value is 0"],
    [0, { peak: NaN }, "peak must be finite and above 0: current value is NaN"],
    [
      0,
      { totalSteps: 1.5 },
      "totalSteps must be a whole number from 0: current value is 1.5",
    ],
    [
      0,
      { warmupSteps: 13 },
      "warmupSteps must be a whole number in [0,12]: current value is 13",
    ],
    [0, { floor: 0.9 }, "floor must be in [0,0.8]: current value is 0.9"],
    [
      0,
      { cooldownSteps: 9 },
      "cooldownSteps must be a whole number in [0,8]: current value is 9",
    ],
    [0, { floor: -0.1 }, "floor must be in [0,0.8]: current value is -0.1"],
  ];
  for (const [step, fields, problem] of cases) {
    assert.throws(() => learningRateAt(step, { ...SCHEDULE, ...fields }), {
      name: "RangeError",
      message: `Cannot compute the learning rate: ${problem}`,
    });
  }
});
