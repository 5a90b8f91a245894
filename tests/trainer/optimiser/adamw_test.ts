import assert from "node:assert/strict";
import "lib/compiler/eager.ts";
import { arraysOf, tensorsOf } from "lib/compiler/mod.ts";
import { float32, type NdArray, scalar } from "lib/core/mod.ts";
import {
  adamW,
  ADAMW_DEFAULTS,
  type AdamWConfig,
  type LrMultipliers,
  type Moments,
} from "lib/trainer/mod.ts";
import * as tf from "@tensorflow/tfjs-core";

const CONFIG: AdamWConfig = {
  name: "adamw",
  betas: [0.8, 0.95],
  epsilon: 1e-4,
  weightDecay: 0.3,
};

/** AdamW for one number, in float64: Loshchilov & Hutter 2017, algorithm 2. */
function scalarAdamW(
  start: number,
  gradients: readonly number[],
  rates: readonly number[],
  decays: boolean,
): number {
  const { betas: [beta1, beta2], epsilon, weightDecay } = CONFIG;
  let [theta, m, v] = [start, 0, 0];
  gradients.forEach((g, i) => {
    const t = i + 1;
    m = beta1 * m + (1 - beta1) * g;
    v = beta2 * v + (1 - beta2) * g ** 2;
    const mHat = m / (1 - beta1 ** t);
    const vHat = v / (1 - beta2 ** t);
    const decay = decays ? weightDecay * theta : 0;
    theta -= rates[i]! * (mHat / (Math.sqrt(vHat) + epsilon) + decay);
  });
  return theta;
}

interface Parameters {
  readonly weight: NdArray;
  readonly deep: { readonly bias: NdArray; readonly temperature: NdArray };
}

function parametersOf(
  weight: number[],
  bias: number[],
  one: number,
): Parameters {
  return {
    weight: float32([2, 2], weight),
    deep: { bias: float32([2], bias), temperature: scalar(one) },
  };
}

const START = parametersOf([1, -2, 0.5, 0], [3, -4], 2);
/** Of each step; the last weight's are zero but once. */
const GRADIENTS = [
  parametersOf([0.1, -0.2, 3, 0], [1e-3, 5], -1),
  parametersOf([0.1, 0.4, -3, 0], [2e-3, 5], 1),
  parametersOf([-0.3, 0.1, 2, 7], [-1e-3, 5], 0.5),
  parametersOf([0.1, 0, 1, 0], [1e-3, -5], 0),
  parametersOf([0.2, -0.7, -2, 0], [4e-3, 5], -2),
];
const RATES = [0.01, 0.02, 0.03, 0.02, 0.01];

/** Five steps, the rate of each kind of parameter times a factor. */
function checkSteps(
  lrMultipliers: LrMultipliers | undefined,
  [ofWeight, ofDeep]: readonly [ofWeight: number, ofDeep: number],
): void {
  const optimiser = adamW({ ...CONFIG, lrMultipliers });
  let state: { parameters: Parameters; moments: Moments } = {
    parameters: START,
    moments: optimiser.init(START),
  };
  GRADIENTS.forEach((gradients, i) => {
    tf.engine().startScope();
    const { parameters, moments } = tensorsOf(state);
    const next = arraysOf(optimiser.update<unknown>({
      parameters,
      gradients: tensorsOf(gradients),
      moments,
      scalars: tensorsOf(optimiser.scalars(i + 1, RATES[i]!)),
      gate: tf.scalar(1),
    }));
    tf.engine().endScope();
    state = next as typeof state;
  });
  const leaf = (p: Parameters): [NdArray, boolean, number][] => [
    [p.weight, true, ofWeight],
    [p.deep.bias, false, ofDeep],
    [p.deep.temperature, false, ofDeep],
  ];
  leaf(state.parameters).forEach(([found, decays, factor], which) => {
    const start = leaf(START)[which]![0];
    found.data.forEach((value, j) => {
      const gradients = GRADIENTS.map((g) => leaf(g)[which]![0].data[j]!);
      const wanted = scalarAdamW(
        start.data[j]!,
        gradients,
        RATES.map((rate) => rate * factor),
        decays,
      );
      assert.ok(
        Math.abs(value - wanted) < 2e-6,
        `${which}, ${j}: expected ${wanted}, got ${value}`,
      );
    });
  });
}

Deno.test("adamW() is the paper's algorithm, with decay for rank 2 and more", () => {
  checkSteps(undefined, [1, 1]);
});

Deno.test("adamW() multiplies the learning rate of parameters under a path", () => {
  checkSteps({ deep: 0.25 }, [1, 0.25]);
  checkSteps({ weight: 0, deep: 0.5 }, [0, 0.5]);
});

Deno.test("adamW() corrects the moments of the first updates by scalars", () => {
  const optimiser = adamW({ ...ADAMW_DEFAULTS, betas: [0.5, 0.25] });
  const { learningRate, firstCorrection, secondCorrection } = optimiser
    .scalars(2, 0.5);
  assert.deepEqual(
    [learningRate.data[0], firstCorrection.data[0], secondCorrection.data[0]],
    [0.5, ...float32([2], [0.5 / 0.75, 0.75 / 0.9375]).data],
  );
});
