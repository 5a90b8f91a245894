import assert from "node:assert/strict";
import type { ProgramCost } from "lib/compiler/mod.ts";
import {
  ADAMW_DEFAULTS,
  type Setting,
  type Stage,
  StepCosts,
} from "lib/trainer/mod.ts";

const SETTING: Setting = {
  batch: 2,
  accumulation: 1,
  recompute: false,
  averages: "device",
  embeddings: "device",
  gradientSums: "device",
  update: "whole",
  optimiser: "adamw",
};

const float = (...shape: number[]) => ({ dtype: "float32", shape } as const);

const WHOLE = {
  kind: "whole",
  state: { parameters: { w: float(3) } },
  inputs: { batch: float(2, 4) },
} as const;

/** Whether a program is computed after the first one. */
function isNew(
  stage: Stage,
  setting: Partial<Setting>,
  program: object = {},
  first: object = {},
): boolean {
  const costs = new StepCosts();
  let computed = 0;
  const ask = (stage: Stage, setting: Setting, program: object): void =>
    void costs.of(
      stage,
      setting,
      ADAMW_DEFAULTS,
      { ...WHOLE, ...program },
      () => ({ nodes: ++computed }) as ProgramCost,
    );
  ask("phase3", SETTING, first);
  ask(stage, { ...SETTING, ...setting }, { ...first, ...program });
  return computed > 1;
}

Deno.test("StepCosts computes the programs of phases with one plan once", () => {
  assert.ok(!isNew("phase3", {}));
  assert.ok(!isNew("phase4", {}));
  assert.ok(isNew("vae", {}));
  assert.ok(isNew("phase4", {}, { inputs: { batch: float(2, 5) } }));
  assert.ok(isNew("phase4", {}, { kind: "microbatch" }));
});

Deno.test("StepCosts tells settings apart where a program differs", () => {
  assert.ok(isNew("phase3", { recompute: true }));
  assert.ok(isNew("phase3", { optimiser: "adafactor" }));
  const microbatch = { kind: "microbatch" };
  assert.ok(!isNew("phase3", { optimiser: "adafactor" }, {}, microbatch));
  assert.ok(isNew("phase3", { accumulation: 2 }, {}, microbatch));
  const update = { kind: "update" };
  assert.ok(isNew("phase3", { optimiser: "adafactor" }, {}, update));
  assert.ok(!isNew("phase3", { recompute: true }, {}, update));
  assert.ok(!isNew("phase3", { accumulation: 2 }, {}, update));
});
