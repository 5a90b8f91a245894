import assert from "node:assert/strict";
import {
  float32,
  isNdArray,
  mapTree,
  type NdArray,
  Rng,
} from "lib/core/mod.ts";
import {
  initRecall,
  recall,
  type RecallParameters,
} from "lib/models/layers/mod.ts";
import { assertClose, distance, eagerly, random } from "../_eager.ts";

const [E, D] = [6, 4];

/** What prompts of one token each recall: `[B,M,D]` and `[B,M]`. */
function recalled(
  tokens: NdArray,
  mask: NdArray,
  memory: RecallParameters = initRecall(new Rng(3), E, { tokens: 2, width: D }),
) {
  return eagerly(
    { memory, text: { tokens, mask } },
    ({ memory, text }) => recall(memory, text, D),
  );
}

Deno.test("recall() reads the mean of normalised tokens through two hidden layers", () => {
  // Layers that hand on what they hear, two of six channels of it at the end.
  const eye = float32(
    [E, E],
    Array.from({ length: E * E }, (_, i) => +(i % (E + 1) === 0)),
  );
  const nothing = float32([E], new Array(E).fill(0));
  const memory = {
    hear: { weight: eye, bias: nothing },
    tell: { weight: eye, bias: nothing },
    say: {
      weight: float32([E, D], eye.data.filter((_, i) => i % E < D)),
      bias: float32([D], [0, 0, 0, 10]),
    },
  };
  const tokens = float32([1, 2, E], [
    ...[3, 3, 3, 1, 1, 1], // 1 and -1 when normalised
    ...[9, 9, 9, 9, 9, 0], // padding
  ]);
  const { tokens: said } = recalled(tokens, float32([1, 2], [1, 0]), memory);
  const silu = (x: number): number => x / (1 + Math.exp(-x));
  const [yes, no] = [silu(silu(1)), silu(silu(-1))];
  assertClose(said, { shape: [1, 1, D], data: [yes, yes, yes, 10 + no] }, 1e-4);
});

Deno.test("what lies half-way between two prompts recalls something of its own", () => {
  // With the weights of one that has learned, which are larger.
  const memory = mapTree(
    initRecall(new Rng(3), E, { tokens: 2, width: D }),
    isNdArray,
    ({ shape, data }) => float32(shape, data.map((value) => 3 * value)),
  ) as RecallParameters;
  const [a, b] = [random("a", [1, 1, E]), random("b", [1, 1, E])];
  const one = float32([1, 1], [1]);
  const [ofA, ofB] = [
    recalled(a, one, memory).tokens,
    recalled(b, one, memory).tokens,
  ];
  // Two tokens, of which the mean is read.
  const both = float32([1, 2, E], [...a.data, ...b.data]);
  const between = recalled(both, float32([1, 2], [1, 1]), memory).tokens;
  const mean = {
    shape: between.shape,
    data: ofA.data.map((value, i) => (value + ofB.data[i]!) / 2),
  };
  assert.ok(distance(between, mean) > 0.2 * distance(ofA, ofB));
});

Deno.test("recall() of a prompt that says nothing is masked, and finite", () => {
  const tokens = random("t", [2, 3, E]);
  const { tokens: said, mask } = recalled(
    tokens,
    float32([2, 3], [1, 1, 0, 0, 0, 0]),
  );
  assert.deepEqual(said.shape, [2, 2, D]);
  assert.deepEqual([...mask.data], [1, 1, 0, 0]);
  assert.ok(said.data.every(Number.isFinite));
});

Deno.test("initRecall() recalls less with a smaller gain, and the same from the same seed", () => {
  const of = (gain?: number) =>
    initRecall(new Rng(1), E, { tokens: 2, width: D }, gain);
  assert.deepEqual(of(), of());
  const tenth = mapTree(
    of().say,
    isNdArray,
    ({ shape, data }) => float32(shape, data.map((value) => 0.1 * value)),
  );
  assertClose(of(0.1).say.weight, tenth.weight, 1e-6);
  assert.deepEqual(of(0.1).hear, of().hear);
});
