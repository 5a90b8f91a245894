import assert from "node:assert/strict";
import * as tf from "@tensorflow/tfjs-core";
import "lib/compiler/eager.ts";
import { deviceProfile, openDevice, programCost } from "lib/compiler/mod.ts";
import { EagerDevice } from "lib/compiler/device/eager_device.ts";
import "../_runtime.ts";

const cache = await Deno.makeTempDir();
const device = await openDevice("cpu", { threads: 1, cache });
const large = { dtype: "float32", shape: [256, 256] } as const;
const BYTES = 4 * 256 * 256;

Deno.test("programCost() counts state, what is exchanged, and second copies", () => {
  const cost = programCost({
    name: "counts",
    fn: (
      { a, b }: { a: tf.Tensor; b: tf.Tensor },
      { x }: { x: tf.Tensor },
    ) => ({
      // The sum can be written over, the product cannot.
      state: { a: tf.add(a, x), b: tf.matMul(b, b) },
      outputs: { x: tf.neg(x) },
    }),
    state: { a: large, b: large },
    inputs: { x: large },
  }, device);
  assert.deepEqual(cost, {
    nodes: 6,
    flops: 2 * 256 ** 3,
    stateBytes: 2 * BYTES,
    spares: [large],
    exchanged: [large, large],
    insideBytes: 0,
  });
});

Deno.test("programCost() counts what the runtime's arena takes, on the optimised graph", () => {
  // Large enough to be kept in the cache, and so to be looked at.
  const name = "long ".repeat(30_000);
  const cost = programCost({
    name,
    fn: (_, { x }: { x: tf.Tensor }) => {
      const product = tf.matMul(x, x);
      const shaped = tf.reshape(product, [65536]); // the same memory
      const bent = tf.exp(shaped); // over it
      return { outputs: { y: tf.sum(tf.mul(bent, tf.reshape(x, [65536]))) } };
    },
    state: {},
    inputs: { x: large },
  }, device);
  assert.ok(
    cost.insideBytes >= BYTES && cost.insideBytes < 1.05 * 2 * BYTES,
    `${cost.insideBytes}`,
  );
});

Deno.test("programCost() counts buffers for a card through WebGPU", async () => {
  const { buffers } = programCost({
    name: "card",
    fn: (_, { x }: { x: tf.Tensor }) => ({
      outputs: { y: tf.matMul(tf.matMul(x, x), x) },
    }),
    state: {},
    inputs: { x: large },
  }, await deviceProfile("webgpu"));
  assert.deepEqual([...buffers!.kept], [[BYTES, 1]]);
});

Deno.test("programCost() refuses a device that runs eagerly", () => {
  assert.throws(
    () =>
      programCost(
        { name: "step", fn: () => ({ outputs: {} }), state: {}, inputs: {} },
        new EagerDevice("tfjs-gpu", "", "cpu", 1),
      ),
    {
      name: "TypeError",
      message: 'Cannot compute the cost of "step" on tfjs-gpu: the device ' +
        "must run graphs: it runs each operation at once",
    },
  );
});
