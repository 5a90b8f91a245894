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

Deno.test("a thousand steps take no more memory than the thousand before", async () => {
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
  const grownBy = async (steps: number): Promise<number> => {
    const before = Deno.memoryUsage().rss;
    await run(steps);
    return Math.round((Deno.memoryUsage().rss - before) / 2 ** 20);
  };
  await run(300);
  // What the collector has not freed yet is not lost: a leak grows every time.
  const grown: number[] = [];
  do grown.push(await grownBy(1000)); while (
    grown.at(-1)! >= 60 &&
    grown.length < 5
  );
  assert.ok(grown.at(-1)! < 60, `MiB in each 1000 steps: ${grown}`);
  const { moment } = await readState(state);
  assert.ok(Math.abs(moment.data[0]! - 1) < 1e-4, `${moment.data[0]}`);
});
