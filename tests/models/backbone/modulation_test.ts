import assert from "node:assert/strict";
import * as tf from "@tensorflow/tfjs-core";
import { modulate, modulationOf } from "lib/models/backbone/modulation.ts";
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

Deno.test("modulate() scales by 1 + scale and shifts, every token alike", () => {
  const x = random("x", [2, 3, 4]);
  const scale = random("scale", [2, 1, 4]);
  const shift = random("shift", [2, 1, 4]);
  const y = eagerly(
    { x, scale, shift },
    ({ x, scale, shift }) => modulate(x, scale, shift),
  );
  assertClose(
    y,
    filled(
      [2, 3, 4],
      (b, n, d) =>
        valueAt(x, b, n, d) * (1 + valueAt(scale, b, 0, d)) +
        valueAt(shift, b, 0, d),
    ),
    1e-6,
  );
});
