import assert from "node:assert/strict";
import {
  isEndOf,
  isLongerConfig,
} from "lib/trainer/checkpoints/longer_config.ts";

const plan = {
  ...{ epochs: 2, batch: 4, accumulation: 1, learningRate: 1e-3 },
  ...{ samples: 40, width: 16, height: 16, frames: 8, fps: 8 },
};
const before = { model: { width: 8 }, plan, seed: 1 };

Deno.test("a configuration of more epochs or a higher limit trains longer", () => {
  const longer = (after: unknown, from: unknown = before) =>
    isLongerConfig(from, JSON.parse(JSON.stringify(after)));
  assert.equal(longer({ ...before, plan: { ...plan, epochs: 3 } }), true);
  assert.equal(longer({ ...before, plan: { ...plan, epochs: 1 } }), false);
  assert.equal(longer({ ...before, maxSteps: 19 }), false);
  assert.equal(
    longer({ ...before, seed: 2, plan: { ...plan, epochs: 3 } }),
    false,
  );
  assert.equal(
    longer({ ...before, plan: { ...plan, epochs: 3, batch: 2 } }),
    false,
  );
  assert.equal(longer({ ...before, plan: { ...plan, samples: 80 } }), false);
  // A limit of 5 updates of 4 clips takes 20 samples of 40.
  const limited = { ...before, maxSteps: 5, plan: { ...plan, samples: 20 } };
  assert.equal(
    longer(
      { ...limited, maxSteps: 8, plan: { ...plan, samples: 32 } },
      limited,
    ),
    true,
  );
  assert.equal(longer(before, limited), true, "without a limit");
  assert.equal(
    longer(
      { ...limited, maxSteps: 4, plan: { ...plan, samples: 16 } },
      limited,
    ),
    false,
  );
  assert.equal(longer({ caption: "a dog" }, { caption: "a cat" }), false);
});

Deno.test("a constant learning rate may be followed by a cooldown, no other", () => {
  const constant = { ...before, schedule: "constant" };
  const longer = {
    ...before,
    plan: { ...plan, epochs: 3 },
    schedule: "wsd",
    scheduleSettings: { cooldown: 0.3 },
  };
  assert.equal(isLongerConfig(constant, longer), true);
  assert.equal(isLongerConfig(before, longer), false, "after cosine");
  assert.equal(
    isLongerConfig(constant, { ...longer, seed: 2 }),
    false,
    "another seed",
  );
});

Deno.test("the end of a configuration is its number of updates", () => {
  assert.equal(isEndOf(before, 20), true);
  assert.equal(isEndOf(before, 19), false);
  assert.equal(isEndOf({ ...before, maxSteps: 5 }, 5), true);
  assert.equal(isEndOf({ caption: "a dog" }, 5), false);
});
