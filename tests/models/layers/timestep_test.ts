import assert from "node:assert/strict";
import { float32 } from "lib/core/mod.ts";
import { timestepEmbedding } from "lib/models/layers/mod.ts";
import {
  assertClose,
  distance,
  eagerly,
  filled,
  random,
  sumOf,
  valueAt,
} from "../_eager.ts";

const D = 6;
const scaled = (name: string, shape: number[]) => {
  const array = random(name, shape);
  return float32(shape, array.data.map((v) => v / 16));
};
const p = {
  hidden: { weight: scaled("hidden", [256, D]), bias: random("b1", [D]) },
  out: { weight: random("out", [D, D]), bias: random("b2", [D]) },
};
const embed = (sigmas: number[]) =>
  eagerly(
    { p, sigma: float32([sigmas.length], sigmas) },
    ({ p, sigma }) => timestepEmbedding(p, sigma),
  );

Deno.test("timestepEmbedding() is sinusoids of 1000 x sigma through linear, SiLU, linear", () => {
  const sigmas = [0, 0.125, 0.5, 1];
  const hidden = filled([sigmas.length, D], (b, j) => {
    const sum = valueAt(p.hidden.bias, j) + sumOf(128, (i) => {
      const angle = sigmas[b]! * 1000 / 10_000 ** (i / 128);
      return Math.cos(angle) * valueAt(p.hidden.weight, i, j) +
        Math.sin(angle) * valueAt(p.hidden.weight, 128 + i, j);
    });
    return sum / (1 + Math.exp(-sum));
  });
  assertClose(
    embed(sigmas),
    filled([sigmas.length, D], (b, o) =>
      valueAt(p.out.bias, o) +
      sumOf(D, (j) => valueAt(hidden, b, j) * valueAt(p.out.weight, j, o))),
    1e-3,
  );
});

Deno.test("timestepEmbedding() tells noise levels apart", () => {
  assert.ok(distance(embed([0.5]), embed([0.501])) > 0.01);
  assert.ok(distance(embed([0]), embed([1])) > 0.01);
});
