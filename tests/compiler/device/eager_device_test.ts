import assert from "node:assert/strict";
import * as tf from "@tensorflow/tfjs-core";
import "lib/compiler/eager.ts";
import {
  type Device,
  disposeState,
  jit,
  jitWithState,
  lossAndGradients,
  openDevice,
  readState,
  uploadState,
} from "lib/compiler/mod.ts";
import { checkAnswers } from "lib/compiler/device/check.ts";
import { EagerDevice } from "lib/compiler/device/eager_device.ts";
import { float32, InputError, int32, scalar, zeros } from "lib/core/mod.ts";
import "../_runtime.ts";

const plain = new EagerDevice("tfjs-gpu", "TF.js itself", "cpu", 1);
const native = await openTensorFlow();
const NO_TENSORFLOW =
  "skipped: there is no binding; deno task setup tfjs-gpu makes one where there is a TensorFlow";

async function openTensorFlow(): Promise<Device | undefined> {
  try {
    return await openDevice("tfjs-gpu", { allowSoftware: true });
  } catch (error) {
    if (error instanceof InputError) return undefined;
    throw error;
  }
}

/** Runs with TF.js's own CPU backend everywhere, and with TensorFlow where it is. */
function test(name: string, fn: (device: Device) => Promise<void>): void {
  Deno.test(`EagerDevice ${name}`, () => fn(plain));
  if (native) Deno.test(`TensorFlow ${name}`, () => fn(native));
  else Deno.test.ignore(`TensorFlow ${name}: ${NO_TENSORFLOW}`, () => {});
}

test("gives the known answers", async (device) => {
  await checkAnswers(device);
});

test("keeps state between runs, and frees all else", async (device) => {
  const before = tf.memory().numTensors;
  const state = await uploadState(device, {
    h: float32([2], [1, 2]),
    w: float32([2, 2], [0, 1, 1, 1]),
  });
  using compiled = jitWithState(
    ({ h, w }, { x }: { x: tf.Tensor }) => ({
      state: { h: tf.dot(w, h) },
      outputs: { before: h, again: h, scaled: tf.mul(h, x) },
    }),
    state,
    { device, name: "fibonacci" },
  );
  const seen: number[][] = [];
  for (let i = 0; i < 4; i++) {
    const { before, again, scaled } = await compiled.run({ x: scalar(2) });
    assert.deepEqual(again, before);
    assert.deepEqual([...scaled.data], [...before.data].map((x) => 2 * x));
    seen.push([...before.data]);
  }
  assert.deepEqual(seen, [[1, 2], [2, 3], [3, 5], [5, 8]]);
  assert.deepEqual([...(await readState(state)).h.data], [8, 13]);
  await state.h.write(float32([2], [7, 9]));
  assert.deepEqual([...(await readState(state)).h.data], [7, 9]);
  disposeState(state);
  assert.equal(tf.memory().numTensors, before);
});

test("differentiates a 3-D convolution as the compiler does", async (device) => {
  using cpu = await openDevice("cpu");
  const ones = (shape: number[]) =>
    float32(shape, zeros(shape).data.map((_, i) => Math.sin(i)));
  const inputs = { x: ones([1, 3, 4, 4, 2]), w: ones([3, 3, 3, 2, 3]) };
  const results = await Promise.all([cpu, device].map(async (device) => {
    using compiled = jit(({ x, w }: { x: tf.Tensor; w: tf.Tensor }) => {
      const { loss, gradients } = lossAndGradients(
        ({ w }) => ({
          loss: tf.sum(tf.square(tf.conv3d(
            x as tf.Tensor5D,
            w as tf.Tensor5D,
            1,
            "same",
          ))),
          metrics: {},
        }),
        { w },
      );
      return { loss, w: gradients.w };
    }, { device, name: "conv3d" });
    return await compiled.run(inputs);
  }));
  const [expected, actual] = results;
  for (const [i, value] of expected!.w.data.entries()) {
    assert.ok(
      Math.abs(actual!.w.data[i]! - value) <= 1e-4 * (1 + Math.abs(value)),
    );
  }
});

test("keeps element types", async (device) => {
  using compiled = jit(
    ({ n }: { n: tf.Tensor }) => ({
      doubled: tf.add(n, n),
      small: tf.less(n, 2),
    }),
    { device, name: "types" },
  );
  const { doubled, small } = await compiled.run({ n: int32([2], [1, 2]) });
  assert.deepEqual([doubled.dtype, [...doubled.data]], ["int32", [2, 4]]);
  assert.deepEqual([small.dtype, [...small.data]], ["bool", [1, 0]]);
});

test("gives TF.js back the backend that it had", async (device) => {
  tf.setBackend("cpu");
  using compiled = jit(
    ({ x }: { x: tf.Tensor }) => ({ y: tf.neg(x) }),
    { device, name: "neg" },
  );
  await compiled.run({ x: scalar(1) });
  assert.equal(tf.getBackend(), "cpu");
  assert.deepEqual(
    compiled.prepare({ x: scalar(1) }).nodes.map(({ op }) => op),
    ["Input", "Neg"],
  );
});

test("refuses a next state of another form, and state of another device", async (device) => {
  const state = await uploadState(device, { a: zeros([2]) });
  using grown = jitWithState(
    ({ a }) => ({ state: { a: tf.concat([a, a]) }, outputs: {} }),
    state,
    { device, name: "grow" },
  );
  await assert.rejects(() => grown.run({}), {
    name: "TypeError",
    message:
      'Cannot compile "grow": the next state must have the form of the state: ' +
      '"a" is float32[4], in the state it is float32[2]',
  });
  disposeState(state);
  using cpu = await openDevice("cpu");
  const other = await uploadState(cpu, { a: zeros([2]) });
  using elsewhere = jitWithState(
    ({ a }) => ({ outputs: { y: tf.neg(a) } }),
    other,
    { device, name: "elsewhere" },
  );
  await assert.rejects(() => elsewhere.run({}), {
    name: "TypeError",
    message: 'Cannot run "elsewhere": the state must be on the function\'s ' +
      'device: "a" is on another; upload it there',
  });
  disposeState(other);
});

Deno.test("EagerDevice and its tensors and functions refuse use after disposal", async () => {
  const device = new EagerDevice("tfjs-gpu", "TF.js itself", "cpu", 1);
  const state = await uploadState(device, { a: scalar(1) });
  const double = jitWithState(
    ({ a }) => ({ outputs: { y: tf.mul(a, 2) } }),
    state,
    { device, name: "double" },
  );
  await double.run({});
  disposeState(state);
  disposeState(state);
  const gone = { name: "DisposedError" };
  await assert.rejects(() => double.run({}), gone);
  await assert.rejects(() => readState(state), gone);
  await assert.rejects(() => state.a.write(scalar(2)), gone);
  device[Symbol.dispose]();
  device[Symbol.dispose]();
  await assert.rejects(() => uploadState(device, { a: scalar(1) }), {
    ...gone,
    message: /^Cannot use device "tfjs-gpu"/,
  });
  double[Symbol.dispose]();
  double[Symbol.dispose]();
  await assert.rejects(() => double.run({}), gone);
});
