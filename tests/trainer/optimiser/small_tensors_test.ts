import assert from "node:assert/strict";
import "lib/compiler/eager.ts";
import { arraysOf, isTensor } from "lib/compiler/mod.ts";
import { isNdArray, leavesOf, type NdArray } from "lib/core/mod.ts";
import {
  ADAFACTOR_DEFAULTS,
  ADAMW_DEFAULTS,
  initTrainState,
  joinSmall,
  MUON_DEFAULTS,
  type OptimiserConfig,
  optimiserOf,
} from "lib/trainer/mod.ts";
import * as tf from "@tensorflow/tfjs-core";
import { threeUpdates, tinyDiffusion } from "../_tiny_models.ts";

const PARAMETERS = {
  a: { weight: tf.tensor2d([[1, 2], [3, 4]]), bias: tf.tensor1d([5, 6]) },
  b: { bias: tf.tensor1d([7]), large: tf.zeros([200, 100]) },
  c: { gain: tf.scalar(8), weight: tf.tensor3d([[[9]]]) },
};
const FIRST = {
  a: { bias: tf.tensor1d([-1, -2]) },
  b: { bias: tf.tensor1d([-3]) },
};

const shapesOf = (tree: unknown) =>
  leavesOf(tree, isTensor).map(([path, { shape }]) => `${path} ${shape}`);

Deno.test("joinSmall() joins what one rule updates, and split() gives it back in order", () => {
  const trees = {
    parameters: PARAMETERS,
    moments: { first: FIRST },
  };
  const { trees: joined, split } = joinSmall(
    trees,
    (path) => path === "c/gain" ? undefined : "rule",
  );
  assert.deepEqual(shapesOf(joined.parameters), [
    "b/large 200,100",
    "c/gain ",
    "a/weight/joined 1,5",
    "a/bias/joined 3",
  ]);
  assert.deepEqual(shapesOf(joined.moments.first), ["a/bias/joined 3"]);
  const back = split(joined);
  assert.deepEqual(shapesOf(back.parameters), shapesOf(PARAMETERS));
  assert.deepEqual(
    leavesOf(arraysOf(back.moments), isNdArray),
    leavesOf(arraysOf(trees.moments), isNdArray),
  );
  assert.deepEqual([...back.parameters.a.bias.dataSync()], [5, 6]);
});

Deno.test("joinSmall() leaves trees as they are where nothing is joined", () => {
  const trees = { parameters: PARAMETERS, moments: {} };
  assert.equal(joinSmall(trees).trees, trees);
  assert.equal(joinSmall(trees, (path) => path).trees, trees);
});

for (
  const [name, config] of Object.entries<OptimiserConfig>({
    adamw: { ...ADAMW_DEFAULTS, lrMultipliers: { text: 0.5 } },
    muon: MUON_DEFAULTS,
    "muon with factored moments": {
      ...MUON_DEFAULTS,
      rest: { ...ADAFACTOR_DEFAULTS, betas: [0.9, 0.99] },
    },
    adafactor: ADAFACTOR_DEFAULTS,
  })
) {
  Deno.test(`small tensors are updated together as they are alone: ${name}`, async () => {
    const optimiser = optimiserOf(config);
    const { parameters } = initTrainState(tinyDiffusion().initial as never);
    const joint = leavesOf(parameters, isNdArray).filter(([path, { shape }]) =>
      optimiser.elementRule!(path, shape) !== undefined
    );
    assert.equal(joint.length > 1, name !== "adafactor");
    const together = await threeUpdates({ optimiser });
    const alone = await threeUpdates({
      optimiser: { ...optimiser, elementRule: undefined },
    });
    const wanted = new Map(leavesOf(alone, isNdArray));
    const found = leavesOf(together, isNdArray);
    assert.deepEqual(found.map(([path]) => path), [...wanted.keys()]);
    for (const [path, array] of found) assertNear(array, wanted.get(path)!);
  });
}

function assertNear({ data }: NdArray, wanted: NdArray): void {
  for (const [i, value] of wanted.data.entries()) {
    const error = Math.abs(data[i]! - value);
    assert.ok(error <= 1e-7 + 1e-6 * Math.abs(value), `off by ${error}`);
  }
}
