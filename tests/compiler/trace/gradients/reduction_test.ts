import assert from "node:assert/strict";
import * as tf from "@tensorflow/tfjs-core";
import { lossAndGradients, trace } from "lib/compiler/mod.ts";
import { zeros } from "lib/core/mod.ts";

Deno.test("gradients of sums and means make no arrays of the size of their input", () => {
  const engine = tf.engine();
  const { makeTensor } = engine;
  const sizes: number[] = [];
  engine.makeTensor = ((values, ...rest) => {
    sizes.push(values.length);
    return makeTensor.call(engine, values, ...rest);
  }) as typeof makeTensor;
  try {
    for (const reduce of [tf.sum, tf.mean]) {
      trace(
        (state: { x: tf.Tensor }) =>
          lossAndGradients(
            ({ x }) => ({ loss: reduce(tf.square(x)), metrics: {} }),
            state,
          ).gradients,
        { x: zeros([64, 64]) },
      );
    }
  } finally {
    engine.makeTensor = makeTensor;
  }
  assert.ok(sizes.length > 0);
  assert.equal(Math.max(...sizes), 1);
});
