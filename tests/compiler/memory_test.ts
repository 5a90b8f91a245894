import assert from "node:assert/strict";
import * as tf from "@tensorflow/tfjs-core";
import {
  jitWithState,
  openDevice,
  readState,
  uploadState,
} from "lib/compiler/mod.ts";
import { scalar, zeros } from "lib/core/mod.ts";
import "./_runtime.ts";

const device = await openDevice("cpu");

Deno.test("a thousand steps take no more memory than a few", async () => {
  const numbers = 65_536; // a quarter of a megabyte: a thousand would be seen
  const state = await uploadState(device, {
    moment: zeros([numbers]),
    // Not safe to replace in place: its old value is read after the new one.
    turning: zeros([numbers]),
  });
  using step = jitWithState(
    (
      { moment, turning }: { moment: tf.Tensor; turning: tf.Tensor },
      { x, rate }: { x: tf.Tensor; rate: tf.Tensor },
    ) => {
      const next = tf.add(tf.mul(moment, 0.9), tf.mul(x, rate));
      return {
        state: { moment: next, turning: tf.reverse(turning, 0) },
        outputs: { next, mean: tf.mean(tf.add(turning, next)) },
      };
    },
    state,
    { device, name: "memory" },
  );
  const run = async (steps: number): Promise<void> => {
    for (let i = 0; i < steps; i++) {
      const x = zeros([numbers]);
      x.data.fill(1);
      await step.run({ x, rate: scalar(0.1) });
    }
  };
  await run(300);
  const before = Deno.memoryUsage().rss;
  await run(1000);
  const grown = (Deno.memoryUsage().rss - before) / 2 ** 20;
  assert.ok(grown < 60, `memory grew by ${grown.toFixed(0)} MiB in 1000 steps`);
  const { moment } = await readState(state);
  assert.ok(Math.abs(moment.data[0]! - 1) < 1e-4, `${moment.data[0]}`);
});
