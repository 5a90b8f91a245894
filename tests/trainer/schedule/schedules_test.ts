import assert from "node:assert/strict";
import { learningRateAt, SCHEDULES } from "lib/trainer/mod.ts";

const frame = { peak: 2, totalSteps: 100 };

Deno.test("cosine decays to a hundredth of the peak by default", () => {
  const { settings, scheduleOf } = SCHEDULES.cosine;
  assert.deepEqual(scheduleOf(frame, settings.parse({})), {
    peak: 2,
    warmupSteps: 10,
    totalSteps: 100,
    floor: 0.02,
  });
});

Deno.test("wsd cools down over the last fifth by default, to zero", () => {
  const { settings, scheduleOf } = SCHEDULES.wsd;
  const schedule = scheduleOf(frame, settings.parse({}));
  assert.deepEqual(
    [10, 80, 85, 100].map((step) => learningRateAt(step, schedule)),
    [2, 2, 1, 0],
  );
});

Deno.test("wsd leaves the warm-up whole where the cooldown is longer", () => {
  const { settings, scheduleOf } = SCHEDULES.wsd;
  const schedule = scheduleOf(frame, settings.parse({ cooldown: 1 }));
  assert.equal(learningRateAt(10, schedule), 2);
  assert.equal(learningRateAt(55, schedule), 2 * (1 - Math.sqrt(0.5)));
});

Deno.test("constant stays at the peak, and runs that go on keep their rates", () => {
  const { settings, scheduleOf } = SCHEDULES.constant;
  const [short, long] = [100, 300].map((totalSteps) =>
    scheduleOf({ peak: 2, totalSteps }, settings.parse({}))
  );
  assert.equal(learningRateAt(99, short!), 2);
  assert.equal(learningRateAt(100, long!), 2);
});
