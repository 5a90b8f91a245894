import assert from "node:assert/strict";
import "lib/compiler/eager.ts";
import { arraysOf, tensorsOf } from "lib/compiler/mod.ts";
import { float32, type NdArray } from "lib/core/mod.ts";
import {
  adamW,
  ADAMW_DEFAULTS,
  type AdamWConfig,
  isMovedByMuon,
  type Moments,
  muon,
  MUON_DEFAULTS,
  type MuonConfig,
  muonScale,
  orthogonalised,
} from "lib/trainer/mod.ts";
import * as tf from "@tensorflow/tfjs-core";

type Matrix = number[][];

const times = (a: Matrix, b: Matrix): Matrix =>
  a.map((row) =>
    b[0]!.map((_, j) => row.reduce((s, x, k) => s + x * b[k]![j]!, 0))
  );
const transposed = (a: Matrix): Matrix =>
  a[0]!.map((_, j) => a.map((r) => r[j]!));
const mixed = (...terms: [number, Matrix][]): Matrix =>
  terms[0]![1].map((row, i) =>
    row.map((_, j) => terms.reduce((s, [f, m]) => s + f * m[i]![j]!, 0))
  );

/** Newton and Schulz in float64, without the trick for tall matrices. */
function reference(matrix: Matrix): Matrix {
  const norm = Math.hypot(...matrix.flat()) + 1e-7;
  let x = mixed([1 / norm, matrix]);
  for (let i = 0; i < 5; i++) {
    const square = times(x, transposed(x));
    const cube = times(square, x);
    x = mixed([3.4445, x], [-4.775, cube], [2.0315, times(square, cube)]);
  }
  return x;
}

const WIDE = [[1, -2, 0.5, 3], [0.25, 4, -1, 2]];

function isNear(
  found: ArrayLike<number>,
  wanted: number[],
  within = 2e-5,
): void {
  assert.equal(found.length, wanted.length);
  wanted.forEach((value, i) =>
    assert.ok(
      Math.abs(found[i]! - value) < within,
      `${i}: expected ${value}, got ${found[i]}`,
    )
  );
}

Deno.test("orthogonalised() runs five quintic iterations, for wide and for tall matrices", () => {
  for (const matrix of [WIDE, transposed(WIDE)]) {
    const found = orthogonalised(tf.tensor2d(matrix)).dataSync();
    isNear(found, reference(matrix).flat());
  }
});

Deno.test("orthogonalised() makes singular values of 0.7 to 1.2, whatever the size", () => {
  for (const size of [1e-4, 1, 1e4]) {
    const x = [...orthogonalised(tf.mul(tf.tensor2d(WIDE), size)).dataSync()];
    const [p, q] = [x.slice(0, 4), x.slice(4)];
    const dot = (a: number[], b: number[]) =>
      a.reduce((s, v, i) => s + v * b[i]!, 0);
    // Of the 2 x 2 matrix x x^T.
    const mean = (dot(p, p) + dot(q, q)) / 2;
    const spread = Math.hypot((dot(p, p) - dot(q, q)) / 2, dot(p, q));
    for (const square of [mean - spread, mean + spread]) {
      assert.ok(square > 0.7 ** 2 && square < 1.2 ** 2, `${size}: ${square}`);
    }
  }
});

Deno.test("orthogonalised() of zeros is zeros", () => {
  assert.deepEqual([...orthogonalised(tf.zeros([2, 2])).dataSync()], [
    0,
    0,
    0,
    0,
  ]);
});

Deno.test("isMovedByMuon() accepts hidden matrices and the decoder's convolutions", () => {
  const is = (path: string, shape: number[]) =>
    isMovedByMuon(path, shape, MUON_DEFAULTS);
  assert.ok(is("backbone/layers/block00/attention/qkv/weight", [4, 12]));
  assert.ok(is("backbone/promptMlp/weight", [4, 12]));
  assert.ok(!is("backbone/layers/block00/attention/qkv/bias", [12]));
  assert.ok(!is("encoder/levels/level01/blocks/block00/norm1/weight", [4, 4]));
  assert.ok(!is("backbone/layers/block00/modulation", [6, 4]));
  assert.ok(!is("backbone/layers/block02/conv/weight", [3, 3, 3, 4, 4]));
  assert.ok(!is("backbone/input/weight", [4, 4]));
  assert.ok(is("decoder/temporal/attention/qkv/weight", [4, 12]));
  assert.ok(is("decoder/levels/level00/resample/weight", [1, 1, 1, 4, 8]));
  assert.ok(is("decoder/temporal/feedForward/down/weight", [3, 1, 1, 8, 4]));
  assert.ok(!is("decoder/levels/level00/resample/bias", [8]));
  assert.ok(!is("decoder/output/weight", [3, 3, 3, 4, 8]));
  assert.ok(!is("encoder/levels/level00/resample/weight", [1, 1, 1, 4, 8]));
  assert.ok(!is("text/layers/layer00/feedForward/up/weight", [4, 4]));
});

interface Parameters {
  readonly hidden: { readonly weight: NdArray };
  readonly other: NdArray;
}

const CONFIG: MuonConfig = {
  name: "muon",
  momentum: 0.9,
  paramPrefixes: ["hidden"],
  convPrefixes: ["hidden"],
  rest: { ...ADAMW_DEFAULTS, weightDecay: 0.3 },
};
const OPTIMISER = muon(CONFIG);
const START: Parameters = {
  hidden: { weight: float32([2, 4], [1, 2, 3, 4, -1, -2, -3, -4]) },
  other: float32([2], [1, -1]),
};
const GRADIENTS = [WIDE, [[0, 1, 2, -1], [3, -1, 1, 0]]].map((matrix) => ({
  hidden: { weight: float32([2, 4], matrix.flat()) },
  other: float32([2], [0.5, -2]),
}));

type State = {
  parameters: Parameters;
  moments: Moments & { first: Parameters };
};

interface Inputs {
  readonly gradients: Parameters;
  readonly scalars: ReturnType<ReturnType<typeof muon>["scalars"]>;
  /** 1 for an update. */
  readonly gate: NdArray;
}

const inputs = (i: number, open = 1): Inputs => ({
  gradients: GRADIENTS[i]!,
  scalars: OPTIMISER.scalars(i + 1, 0.1),
  gate: float32([], [open]),
});

const start = () =>
  ({ parameters: START, moments: OPTIMISER.init(START) }) as State;

/** One step. */
function updated(state: State, inputs: Inputs): State {
  const { parameters, moments } = tensorsOf(state);
  const { gradients, scalars, gate } = tensorsOf(inputs);
  return arraysOf(OPTIMISER.update<unknown>({
    parameters,
    gradients,
    moments,
    scalars,
    gate,
  })) as State;
}

Deno.test("muon() moves hidden matrices and keeps no second moment of them", () => {
  let state = start();
  let wanted = [[1, 2, 3, 4], [-1, -2, -3, -4]];
  let sum = mixed([0, WIDE]);
  for (const i of [0, 1]) {
    state = updated(state, inputs(i));
    const { data } = GRADIENTS[i]!.hidden.weight;
    const g = [[...data.subarray(0, 4)], [...data.subarray(4)]] as Matrix;
    sum = mixed([0.9, sum], [1, g]);
    const ahead = reference(mixed([0.9, sum], [1, g]));
    wanted = mixed([1 - 0.1 * 0.3, wanted], [-0.1 * 0.2 * 2, ahead]);
  }
  isNear(state.parameters.hidden.weight.data as Float32Array, wanted.flat());
  isNear(state.moments.first.hidden.weight.data as Float32Array, sum.flat());
  assert.deepEqual(Object.keys(state.moments.second as object), ["other"]);
  assert.equal(muonScale([2, 4]), 0.2 * 2);
});

Deno.test("muon() moves a convolution as the matrix of all that it reads", () => {
  const matrix = updated(start(), inputs(0)).parameters.hidden.weight.data;
  const shape = [1, 2, 1, 1, 4];
  const folded = ({ hidden, other }: Parameters): Parameters => ({
    hidden: { weight: { ...hidden.weight, shape } },
    other,
  });
  const moments = OPTIMISER.init(folded(START)) as State["moments"];
  const { parameters } = updated(
    { parameters: folded(START), moments },
    { ...inputs(0), gradients: folded(GRADIENTS[0]!) },
  );
  assert.deepEqual(parameters.hidden.weight.shape, shape);
  assert.deepEqual(parameters.hidden.weight.data, matrix);
});

Deno.test("muon() leaves all other parameters to AdamW", () => {
  const alone = adamW(CONFIG.rest as AdamWConfig);
  const found = updated(start(), inputs(0)).parameters.other;
  const { gradients, scalars } = inputs(0);
  const wanted = arraysOf(alone.update<unknown>({
    parameters: tensorsOf(START),
    gradients: tensorsOf(gradients),
    moments: tensorsOf(alone.init(START)),
    scalars: tensorsOf(scalars),
    gate: tf.scalar(1),
  })) as State;
  assert.deepEqual(found.data, wanted.parameters.other.data);
});

Deno.test("muon() changes nothing, bit for bit, when its gate is closed", () => {
  const state = updated(start(), inputs(0));
  const zero = { ...inputs(1, 0), gradients: start().moments.first };
  assert.deepEqual(updated(state, zero), state);
});
