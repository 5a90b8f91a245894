import assert from "node:assert/strict";
import { zeros } from "lib/core/mod.ts";
import {
  ADAMW_DEFAULTS,
  initTrainState,
  MUON_DEFAULTS,
} from "lib/trainer/mod.ts";
import { bytesOfShares } from "lib/trainer/loop/shared_state.ts";

const parameters = {
  backbone: {
    layers: { a: { weight: zeros([10, 10]) }, b: { weight: zeros([10, 10]) } },
  },
  text: zeros([100]),
};

Deno.test("bytesOfShares() balances the bytes of each optimiser's own state", () => {
  const bytesOf = (optimiser: typeof ADAMW_DEFAULTS | typeof MUON_DEFAULTS) =>
    bytesOfShares(
      initTrainState(parameters, { optimiser, averages: true }),
      optimiser,
      2,
    );
  // Two moments and two EMAs of 400 bytes each, for each of three tensors.
  assert.deepEqual(bytesOf(ADAMW_DEFAULTS), [3200, 1600]);
  // Muon has one moment of a matrix: the other tensor is the largest.
  assert.deepEqual(bytesOf(MUON_DEFAULTS), [1600, 2400]);
});
