import assert from "node:assert/strict";
import * as tf from "@tensorflow/tfjs-core";
import {
  jitWithState,
  openDevice,
  readState,
  stateByWork,
  uploadState,
} from "lib/compiler/mod.ts";
import { float32, scalar } from "lib/core/mod.ts";

const device = await openDevice("cpu");

/** Sums of gradients of two layers, of which the last one's is ready first. */
function layers(
  { a, b, sumA, sumB }: Record<"a" | "b" | "sumA" | "sumB", tf.Tensor>,
  { x, first }: { x: tf.Tensor; first: tf.Tensor },
) {
  const hidden = tf.tanh(tf.matMul(x, a));
  const out = tf.matMul(hidden, b);
  const ofB = tf.matMul(hidden, out, true);
  const ofHidden = tf.mul(
    tf.matMul(out, b, false, true),
    tf.sub(1, tf.square(hidden)),
  );
  const ofA = tf.matMul(x, ofHidden, true);
  const keep = tf.sub(1, first);
  return {
    state: {
      sumA: tf.add(tf.mul(sumA, keep), ofA),
      sumB: tf.add(tf.mul(sumB, keep), ofB),
    },
    outputs: { loss: tf.sum(out), ones: tf.ones([2]), x },
  };
}

const start = () => ({
  a: float32([2, 3], [1, 2, 3, 4, 5, 6].map((v) => v / 10)),
  b: float32([3, 2], [6, 5, 4, 3, 2, 1].map((v) => v / 10)),
  sumA: float32([2, 3], Array(6).fill(NaN)),
  sumB: float32([3, 2], Array(6).fill(1)),
});

Deno.test("a function in parts computes the same, and its state can be read in between", async () => {
  const found = [];
  for (const count of [1, 2]) {
    const state = await uploadState(device, start());
    using compiled = jitWithState(layers, state, {
      device,
      name: "layers",
      parts: (graph) => stateByWork(graph, count),
    });
    const reads: Promise<unknown>[] = [];
    const order: string[][] = [];
    const run = (
      first: number,
      onChanged?: (paths: readonly string[]) => void,
    ) =>
      compiled.run(
        { x: float32([1, 2], [0.5, -0.5]), first: scalar(first) },
        onChanged && { onChanged },
      );
    await run(1);
    const outputs = await run(0, (paths) => {
      order.push([...paths]);
      for (const path of paths) {
        reads.push(state[path as "sumA" | "sumB"].read());
      }
    });
    const sums = await readState(state);
    assert.deepEqual(order, count === 1 ? [] : [["sumB"], ["sumA"]]);
    if (count === 2) {
      assert.deepEqual(await Promise.all(reads), [sums.sumB, sums.sumA]);
    }
    found.push({ outputs, sums });
  }
  assert.deepEqual(found[1], found[0]);
  assert.ok(Number.isFinite(found[0]!.sums.sumB.data[0]));
});

Deno.test("state that a later part reads is replaced after it", async () => {
  const state = await uploadState(device, {
    a: float32([2], [1, 2]),
    b: float32([2], [0, 0]),
  });
  using compiled = jitWithState(
    ({ a, b }) => ({
      state: { a: tf.add(a, 1), b: tf.add(b, tf.mul(a, 10)) },
      outputs: {},
    }),
    state,
    { device, name: "swap", parts: () => [["a"]] },
  );
  const changed: string[] = [];
  await compiled.run({}, { onChanged: (paths) => void changed.push(...paths) });
  const { a, b } = await readState(state);
  assert.deepEqual([[...a.data], [...b.data]], [[2, 3], [10, 20]]);
  assert.deepEqual(changed, ["a", "b"]);
});
