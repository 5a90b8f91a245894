import * as tf from "@tensorflow/tfjs-core";
import { float32 } from "lib/core/mod.ts";
import { silu, softmax } from "lib/models/layers/mod.ts";
import { assertClose, eagerly } from "../_eager.ts";

const points = [-20, -3, -1, -0.5, 0, 0.25, 1, 2, 4, 20];
const x = float32([points.length], points);

Deno.test("silu() is x / (1 + exp(-x))", () => {
  const y = eagerly({ x }, ({ x }) => silu(x));
  const data = points.map((v) => v / (1 + Math.exp(-v)));
  assertClose(y, { shape: x.shape, data }, 1e-6);
});

Deno.test("softmax() of each axis is the exponential of what lies above the log of the sum", () => {
  const cube = float32([2, 3, 2], [1, -2, 0, 4, 3, 3, 0.5, 1, -1, 2, 80, -80]);
  for (const axis of [0, 1, 2, -2]) {
    const found = eagerly({ cube }, ({ cube }) => softmax(cube, axis));
    const expected = eagerly(
      { cube },
      ({ cube }) => tf.exp(tf.sub(cube, tf.logSumExp(cube, axis, true))),
    );
    assertClose(found, expected, 1e-6);
  }
});
