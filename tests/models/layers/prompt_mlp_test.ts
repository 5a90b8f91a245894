import assert from "node:assert/strict";
import {
  float32,
  isNdArray,
  mapTree,
  type NdArray,
  Rng,
} from "lib/core/mod.ts";
import {
  initPromptMlp,
  promptMlp,
  type PromptMlpParameters,
} from "lib/models/layers/mod.ts";
import { assertClose, distance, eagerly, random } from "../_eager.ts";

const [E, D] = [6, 4];

/** Context tokens of prompts and their mask: `[B,M,D]` and `[B,M]`. */
function contextOf(
  tokens: NdArray,
  mask: NdArray,
  mlp: PromptMlpParameters = initPromptMlp(new Rng(3), E, {
    tokens: 2,
    width: D,
  }),
) {
  return eagerly(
    { mlp, text: { tokens, mask } },
    ({ mlp, text }) => promptMlp(mlp, text, D),
  );
}

Deno.test("promptMlp() maps the mean of normalised tokens through two hidden layers", () => {
  // Identity layers; the last one keeps four of six channels.
  const eye = float32(
    [E, E],
    Array.from({ length: E * E }, (_, i) => +(i % (E + 1) === 0)),
  );
  const nothing = float32([E], new Array(E).fill(0));
  const mlp = {
    fc1: { weight: eye, bias: nothing },
    fc2: { weight: eye, bias: nothing },
    proj: {
      weight: float32([E, D], eye.data.filter((_, i) => i % E < D)),
      bias: float32([D], [0, 0, 0, 10]),
    },
  };
  const tokens = float32([1, 2, E], [
    ...[3, 3, 3, 1, 1, 1], // 1 and -1 when normalised
    ...[9, 9, 9, 9, 9, 0], // padding
  ]);
  const { tokens: found } = contextOf(tokens, float32([1, 2], [1, 0]), mlp);
  const silu = (x: number): number => x / (1 + Math.exp(-x));
  const [yes, no] = [silu(silu(1)), silu(silu(-1))];
  assertClose(
    found,
    { shape: [1, 1, D], data: [yes, yes, yes, 10 + no] },
    1e-4,
  );
});

Deno.test("promptMlp() is not linear between two prompts", () => {
  // Weights three times as large, as after training.
  const mlp = mapTree(
    initPromptMlp(new Rng(3), E, { tokens: 2, width: D }),
    isNdArray,
    ({ shape, data }) => float32(shape, data.map((value) => 3 * value)),
  ) as PromptMlpParameters;
  const [a, b] = [random("a", [1, 1, E]), random("b", [1, 1, E])];
  const one = float32([1, 1], [1]);
  const [ofA, ofB] = [
    contextOf(a, one, mlp).tokens,
    contextOf(b, one, mlp).tokens,
  ];
  // Two tokens, whose mean is the pooled text.
  const both = float32([1, 2, E], [...a.data, ...b.data]);
  const between = contextOf(both, float32([1, 2], [1, 1]), mlp).tokens;
  const mean = {
    shape: between.shape,
    data: ofA.data.map((value, i) => (value + ofB.data[i]!) / 2),
  };
  assert.ok(distance(between, mean) > 0.2 * distance(ofA, ofB));
});

Deno.test("promptMlp() masks the empty prompt, and its tokens are finite", () => {
  const tokens = random("t", [2, 3, E]);
  const { tokens: found, mask } = contextOf(
    tokens,
    float32([2, 3], [1, 1, 0, 0, 0, 0]),
  );
  assert.deepEqual(found.shape, [2, 2, D]);
  assert.deepEqual([...mask.data], [1, 1, 0, 0]);
  assert.ok(found.data.every(Number.isFinite));
});

Deno.test("initPromptMlp() scales the output layer by the gain; one seed, one MLP", () => {
  const of = (gain?: number) =>
    initPromptMlp(new Rng(1), E, { tokens: 2, width: D }, gain);
  assert.deepEqual(of(), of());
  const tenth = mapTree(
    of().proj,
    isNdArray,
    ({ shape, data }) => float32(shape, data.map((value) => 0.1 * value)),
  );
  assertClose(of(0.1).proj.weight, tenth.weight, 1e-6);
  assert.deepEqual(of(0.1).fc1, of().fc1);
});
