import assert from "node:assert/strict";
import "lib/compiler/eager.ts";
import { arraysOf, tensorsOf } from "lib/compiler/mod.ts";
import { float32, type NdArray } from "lib/core/mod.ts";
import {
  adafactor,
  ADAFACTOR_DEFAULTS,
  type AdafactorConfig,
  type Moments,
} from "lib/trainer/mod.ts";
import * as tf from "@tensorflow/tfjs-core";

interface Parameters {
  readonly weight: NdArray;
  readonly bias: NdArray;
}

const RATE = 0.1;
const START: Parameters = {
  weight: float32([2, 3], [1, -2, 0.5, 0, 3, -1]),
  bias: float32([2], [0.5, -0.5]),
};
const GRADIENTS: readonly Parameters[] = [
  [[0.1, -2, 0.3, 0.01, 0.2, 0.5], [3, -0.1]],
  [[1, 1, -1, 0, 0.5, 0.2], [0, 0.4]],
].map(([weight, bias]) => ({
  weight: float32([2, 3], weight!),
  bias: float32([2], bias!),
}));

interface State {
  readonly parameters: Parameters;
  readonly moments: Moments;
}

function updated(
  config: AdafactorConfig,
  { parameters, moments }: State,
  gradients: Parameters,
  update: number,
  gate = 1,
): State {
  const optimiser = adafactor(config);
  return arraysOf(optimiser.update<unknown>({
    parameters: tensorsOf(parameters),
    gradients: tensorsOf(gradients),
    moments: tensorsOf(moments) as Moments,
    scalars: tensorsOf(optimiser.scalars(update, RATE)),
    gate: tf.scalar(gate),
  })) as unknown as State;
}

/** Algorithms 2 and 4 of the paper for a matrix, in float64. */
function reference(config: AdafactorConfig): number[] {
  const { betas: [beta1, beta2], epsilon, weightDecay } = config;
  let w = [...START.weight.data];
  const m = w.map(() => 0);
  const rows = [0, 0];
  const columns = [0, 0, 0];
  GRADIENTS.forEach(({ weight: { data } }, step) => {
    const g = [...data];
    const t = step + 1;
    const at = (i: number, j: number) => g[3 * i + j]! ** 2;
    rows.forEach((sum, i) =>
      rows[i] = beta2 * sum +
        (1 - beta2) * (at(i, 0) + at(i, 1) + at(i, 2)) / 3
    );
    columns.forEach((sum, j) =>
      columns[j] = beta2 * sum + (1 - beta2) * (at(0, j) + at(1, j)) / 2
    );
    const mean = (rows[0]! + rows[1]!) / 2;
    const step1 = g.map((value, k) => {
      const v = rows[Math.floor(k / 3)]! * columns[k % 3]! / mean /
        (1 - beta2 ** t);
      m[k] = beta1 * m[k]! + (1 - beta1) * value;
      const top = beta1 > 0 ? m[k]! / (1 - beta1 ** t) : value;
      return top / (Math.sqrt(v) + epsilon);
    });
    const rms = Math.sqrt(
      step1.reduce((sum, u) => sum + u * u, 0) / step1.length,
    );
    const clip = beta1 > 0 ? 1 : Math.max(1, rms);
    w = w.map((value, k) =>
      value - RATE * (step1[k]! / clip + weightDecay * value)
    );
  });
  return w;
}

for (const beta1 of [0, 0.9]) {
  Deno.test(`adafactor() with a first decay rate of ${beta1} is the paper's algorithm`, () => {
    const config = { ...ADAFACTOR_DEFAULTS, betas: [beta1, 0.9] as const };
    let state: State = {
      parameters: START,
      moments: adafactor(config).init(START),
    };
    GRADIENTS.forEach((gradients, i) => {
      state = updated(config, state, gradients, i + 1);
    });
    reference(config).forEach((value, i) =>
      assert.ok(
        Math.abs(state.parameters.weight.data[i]! - value) < 2e-6,
        `${i}: expected ${value}, got ${state.parameters.weight.data[i]}`,
      )
    );
  });
}

Deno.test("adafactor() keeps a row and a column of a matrix, and vectors in full", () => {
  const shapesOf = (tree: unknown) =>
    Object.fromEntries(
      Object.entries(tree as Record<string, NdArray>)
        .map(([name, { shape }]) => [name, shape]),
    );
  const moments = adafactor(ADAFACTOR_DEFAULTS).init({
    ...START,
    conv: float32([3, 2, 2], new Float32Array(12)),
  });
  assert.deepEqual(Object.keys(moments), ["rows", "columns", "second"]);
  assert.deepEqual(shapesOf(moments.rows), { weight: [2, 1], conv: [6, 1] });
  assert.deepEqual(shapesOf(moments.columns), { weight: [1, 3], conv: [1, 2] });
  assert.deepEqual(shapesOf(moments.second), { bias: [2] });
});

Deno.test("adafactor() leaves rows without a gradient where they are, but for decay", () => {
  const config = { ...ADAFACTOR_DEFAULTS, weightDecay: 0 };
  const none: Parameters = {
    weight: float32([2, 3], [0, 0, 0, 1, 2, 3]),
    bias: float32([2], [0, 0]),
  };
  const moments = adafactor(config).init(START);
  const { parameters } = updated(
    config,
    { parameters: START, moments },
    none,
    1,
  );
  assert.deepEqual([...parameters.weight.data.slice(0, 3)], [1, -2, 0.5]);
  assert.deepEqual(parameters.bias.data, START.bias.data);
  assert.ok(parameters.weight.data.every(Number.isFinite));
});

Deno.test("adafactor() changes nothing, bit for bit, when its gate is closed", () => {
  const config = { ...ADAFACTOR_DEFAULTS, betas: [0.9, 0.99] as const };
  const first = updated(
    config,
    { parameters: START, moments: adafactor(config).init(START) },
    GRADIENTS[0]!,
    1,
  );
  const zero = {
    weight: float32([2, 3], new Float32Array(6)),
    bias: float32([2], [0, 0]),
  };
  assert.deepEqual(updated(config, first, zero, 2, 0), first);
});
