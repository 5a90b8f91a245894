import assert from "node:assert/strict";
import * as tf from "@tensorflow/tfjs-core";
import type { NdArray } from "lib/core/mod.ts";
import {
  modulatedNorm,
  modulatedResidual,
  modulationOf,
} from "lib/models/backbone/modulation.ts";
import { layerNorm } from "lib/models/layers/mod.ts";
import { assertClose, eagerly, filled, random, valueAt } from "../_eager.ts";

Deno.test("modulationOf() adds a block's own vectors to those that blocks share", () => {
  const table = random("table", [3, 4]);
  const shared = random("shared", [2, 3, 4]);
  const y = eagerly({ table, shared }, ({ table, shared }) => {
    const vectors = modulationOf(table, shared);
    assert.deepEqual(
      vectors.map(({ shape }) => shape),
      Array(3).fill([2, 1, 4]),
    );
    return tf.concat(vectors, 1);
  });
  assertClose(
    y,
    filled(
      [2, 3, 4],
      (b, k, d) => valueAt(table, k, d) + valueAt(shared, b, k, d),
    ),
    1e-6,
  );
});

const x = random("x", [2, 3, 4]);
const [shift, scale, gate] = ["shift", "scale", "gate"].map((name) =>
  random(name, [2, 1, 4])
) as [NdArray, NdArray, NdArray];

Deno.test("modulatedNorm() scales by 1 + scale and shifts, every token alike", () => {
  const { y, normed } = eagerly(
    { x, shift, scale },
    ({ x, shift, scale }) => ({
      y: modulatedNorm(x, shift, scale),
      normed: layerNorm(x),
    }),
  );
  assertClose(
    y,
    filled(
      [2, 3, 4],
      (b, n, d) =>
        valueAt(normed, b, n, d) * (1 + valueAt(scale, b, 0, d)) +
        valueAt(shift, b, 0, d),
    ),
    1e-5,
  );
});

Deno.test("modulatedResidual() adds the branch times the gate", () => {
  const { y, branch } = eagerly(
    { x, shift, scale, gate },
    ({ x, shift, scale, gate }) => {
      const square = (x: tf.Tensor): tf.Tensor => tf.square(x);
      return {
        y: modulatedResidual(x, [shift, scale, gate], square),
        branch: square(modulatedNorm(x, shift, scale)),
      };
    },
  );
  assertClose(
    y,
    filled(
      [2, 3, 4],
      (b, n, d) =>
        valueAt(x, b, n, d) + valueAt(branch, b, n, d) * valueAt(gate, b, 0, d),
    ),
    1e-5,
  );
});
