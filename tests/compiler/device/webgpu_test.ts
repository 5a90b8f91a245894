import assert from "node:assert/strict";
import * as tf from "@tensorflow/tfjs-core";
import "lib/compiler/eager.ts";
import {
  type Device,
  disposeState,
  jit,
  jitWithState,
  openDevice,
  readState,
  uploadState,
} from "lib/compiler/mod.ts";
import {
  float32,
  int32,
  isNdArray,
  leavesOf,
  type NdArray,
  Rng,
  scalar,
  zeros,
} from "lib/core/mod.ts";
import {
  ADAMW_DEFAULTS,
  initTrainState,
  NO_LIMIT,
  trainStep,
  updateScalars,
} from "lib/trainer/mod.ts";
import { provePlacement } from "../_placement.ts";
import { NO_WEBGPU, openWebgpu } from "../_webgpu.ts";

const device = await openWebgpu();

function test(name: string, fn: (device: Device) => Promise<void>): void {
  if (device) Deno.test(`on webgpu, ${name}`, () => fn(device));
  else Deno.test.ignore(`on webgpu, ${name}: ${NO_WEBGPU}`, () => {});
}

/** Weights of a small model with every kind of layer that training needs. */
function initial() {
  const rng = new Rng(11);
  return {
    filter: rng.fork("filter").normals([3, 3, 3, 2, 4]),
    scale: float32([4], [1, 1, 1, 1]),
    shift: zeros([4]),
    query: rng.fork("query").normals([4, 8]),
    key: rng.fork("key").normals([4, 8]),
    out: rng.fork("out").normals([4, 3]),
  };
}

type Weights = Record<keyof ReturnType<typeof initial>, tf.Tensor>;

/** Convolution, layer norm, attention and a projection, to a squared error. */
function lossOf(w: Weights, { x, y }: { x: tf.Tensor; y: tf.Tensor }) {
  const seen = tf.conv3d(
    x as tf.Tensor5D,
    w.filter as tf.Tensor5D,
    1,
    "same",
  );
  const tokens = tf.reshape(seen, [2, 18, 4]);
  const { mean, variance } = tf.moments(tokens, -1, true);
  const normed = tf.add(
    tf.mul(
      tf.mul(tf.sub(tokens, mean), tf.rsqrt(tf.add(variance, 1e-5))),
      w.scale,
    ),
    w.shift,
  );
  const product = (a: tf.Tensor, b: tf.Tensor): tf.Tensor =>
    tf.reshape(
      tf.matMul(
        tf.reshape(a, [36, a.shape.at(-1)!]) as tf.Tensor2D,
        b as tf.Tensor2D,
      ),
      [2, 18, b.shape[1]!],
    );
  const attention = tf.softmax(
    tf.matMul(product(normed, w.query), product(normed, w.key), false, true),
  );
  const result = product(tf.matMul(attention, normed), w.out);
  return { loss: tf.mean(tf.square(tf.sub(result, y))), metrics: {} };
}

async function trainFiveSteps(
  device: Device,
  profile?: string,
): Promise<{ losses: number[]; state: [string, NdArray][] }> {
  const rng = new Rng(12);
  const batch = {
    x: rng.fork("x").normals([2, 2, 3, 3, 2]),
    y: rng.fork("y").normals([2, 18, 3]),
  };
  const state = await uploadState(device, initTrainState(initial()));
  using step = jitWithState(
    trainStep(lossOf, { optimiser: ADAMW_DEFAULTS, clipNorm: 1 }) as never,
    state,
    { device, name: "step", session: { profile } },
  );
  const losses: number[] = [];
  for (let i = 0; i < 5; i++) {
    const scalars = updateScalars(i + 1, 0.02, NO_LIMIT, ADAMW_DEFAULTS);
    const { loss } = await step.run({ batch, scalars } as never) as {
      loss: NdArray;
    };
    losses.push(loss.data[0]!);
  }
  const arrays = leavesOf(await readState(state), isNdArray);
  disposeState(state);
  return { losses, state: arrays };
}

test("five training steps give the CPU's numbers, and no node runs elsewhere", async (device) => {
  using cpu = await openDevice("cpu");
  const expected = await trainFiveSteps(cpu);
  const nodes = await provePlacement(
    "WebGpuExecutionProvider",
    async (profile) => {
      const actual = await trainFiveSteps(device, profile);
      near(actual.losses, expected.losses);
      assert.ok(actual.losses[4]! < 0.9 * actual.losses[0]!, "it must learn");
      for (const [i, [path, array]] of expected.state.entries()) {
        assert.equal(actual.state[i]![0], path);
        near([...actual.state[i]![1].data], [...array.data], path);
      }
    },
  );
  assert.ok(nodes > 500, `five steps are many nodes: ${nodes}`);
});

test("a tensor gives its memory back until it is written again, programs included", async (device) => {
  using tensor = await device.upload(float32([2], [1, 2]));
  using double = jitWithState(
    ({ x }: { x: tf.Tensor }, _: Record<string, never>) => ({
      outputs: { twice: tf.mul(x, 2) },
    }),
    { x: tensor },
    { device, name: "double" },
  );
  const twice =
    async () => [...(await double.run({}) as { twice: NdArray }).twice.data];
  assert.deepEqual(await twice(), [2, 4]);
  tensor.release();
  await assert.rejects(() => tensor.read(), {
    message: "Cannot read a tensor of float32[2] whose memory was given " +
      "back: write to it first",
  });
  await tensor.write(float32([2], [5, 6]));
  assert.deepEqual(await twice(), [10, 12]);
});

test("state of every element type goes in, and comes back as it is then", async (device) => {
  const truths = zeros([3], "bool");
  truths.data.set([1, 0, 1]);
  const arrays = {
    floats: float32([2, 2], [1, -2, 3.5, 1e30]),
    whole: int32([2], [-5, 2 ** 30 + 1]),
    truths,
    one: scalar(4),
    none: zeros([0, 3]),
  };
  const state = await uploadState(device, arrays);
  assert.deepEqual(await readState(state), arrays);
  await state.floats.write(float32([2, 2], [4, 3, 2, 1]));
  assert.deepEqual([...(await readState(state)).floats.data], [4, 3, 2, 1]);
  disposeState(state);
});

test("state alternates between two memories", async (device) => {
  const state = await uploadState(device, {
    h: float32([2], [1, 2]),
    w: float32([2, 2], [0, 1, 1, 1]),
  });
  using compiled = jitWithState(
    ({ h, w }) => ({ state: { h: tf.dot(w, h) }, outputs: { before: h } }),
    state,
    { device, name: "fibonacci" },
  );
  const seen: number[][] = [];
  for (let i = 0; i < 5; i++) {
    seen.push([...(await compiled.run({})).before.data]);
  }
  assert.deepEqual(seen, [[1, 2], [2, 3], [3, 5], [5, 8], [8, 13]]);
  assert.deepEqual([...(await readState(state)).h.data], [13, 21]);
  disposeState(state);
});

test("work that is asked for at once is done in turn", async (device) => {
  const functions = [2, 3, 4].map((factor) =>
    jit(
      ({ x }: { x: tf.Tensor }) => ({ y: tf.sum(tf.mul(x, factor)) }),
      { device, name: `times ${factor}` },
    )
  );
  const x = float32([64], new Array<number>(64).fill(1));
  const uploads = [1, 2, 3].map((value) => uploadState(device, scalar(value)));
  const results = await Promise.all(
    functions.map((compiled) => compiled.run({ x })),
  );
  assert.deepEqual(results.map(({ y }) => y.data[0]), [128, 192, 256]);
  const running = functions[0]!.run({ x });
  for (const state of await Promise.all(uploads)) disposeState(state);
  functions[1]![Symbol.dispose]();
  await running;
  functions[0]![Symbol.dispose]();
  functions[2]![Symbol.dispose]();
});

test("a second run at once is refused", async (device) => {
  using compiled = jit(
    ({ x }: { x: tf.Tensor }) => ({ y: tf.neg(x) }),
    { device, name: "twice" },
  );
  const first = compiled.run({ x: scalar(1) });
  await assert.rejects(() => compiled.run({ x: scalar(1) }), {
    name: "Error",
    message: "Cannot run a session twice at once: await the first run",
  });
  assert.equal((await first).y.data[0], -1);
});

test("state of another device is refused by name", async (device) => {
  using cpu = await openDevice("cpu");
  const state = await uploadState(cpu, { a: { b: scalar(1) } });
  using compiled = jitWithState(
    ({ a }) => ({ outputs: { y: tf.neg(a.b) } }),
    state,
    { device, name: "elsewhere" },
  );
  await assert.rejects(() => compiled.run({}), {
    name: "TypeError",
    message:
      'Cannot compile "elsewhere": the state must be on the function\'s ' +
      'device: "a/b" is on another; upload it there',
  });
  disposeState(state);
});

function near(
  actual: readonly number[],
  expected: readonly number[],
  what = "the loss",
): void {
  assert.equal(actual.length, expected.length);
  for (const [i, value] of expected.entries()) {
    assert.ok(
      Math.abs(actual[i]! - value) <= 2e-4 * (1 + Math.abs(value)),
      `${what} at ${i}: ${actual[i]} must be ${value}`,
    );
  }
}
