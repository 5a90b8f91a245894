import assert from "node:assert/strict";
import { PRESETS } from "lib/recipes/presets.ts";
import { runConfigOf, trainFlags } from "lib/recipes/train/mod.ts";

const config = (set: string[], more: object = {}) =>
  runConfigOf(trainFlags.parse({ preset: "tiny", set, ...more }));

Deno.test("--set changes models, optimiser and schedule, each by its own schema", () => {
  const { models, settings } = config([
    "backbone.width=128",
    "schedule.floor=0",
    "optimiser.weightDecay=0.1",
    "optimiser.beta2=0.95",
  ]);
  assert.deepEqual(models.backbone, { ...PRESETS.tiny.backbone, width: 128 });
  assert.deepEqual(settings, {
    optimiser: { weightDecay: 0.1, beta2: 0.95 },
    schedule: { floor: 0 },
  });
});

Deno.test("--set names the setting, the rule and the names that there are", () => {
  const cases: [set: string, message: string][] = [
    [
      "schedule.cooldown=0.1",
      "Cannot use --set schedule.cooldown=0.1: schedule has no such setting; " +
      "its settings are warmup, floor",
    ],
    [
      "optimiser.beta1=2",
      "Cannot use --set optimiser.beta1=2: must be below 1; its settings are " +
      "beta1, beta2, epsilon, weightDecay",
    ],
  ];
  for (const [set, message] of cases) {
    assert.throws(() => config([set]), { name: "InputError", message });
  }
});

Deno.test("--set takes PART.NAME=VALUE of a part that there is", () => {
  for (const set of ["width=3", "world.weight=1", "backbone.=1"]) {
    const issue = trainFlags.safeParse({ set: [set] }).error?.issues[0];
    assert.match(issue?.message ?? "", /must be PART.NAME=VALUE, such as/);
  }
});
