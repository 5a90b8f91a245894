import assert from "node:assert/strict";
import * as tf from "@tensorflow/tfjs-core";
import "lib/compiler/eager.ts";
import {
  disposeState,
  jit,
  jitWithState,
  openDevice,
  readState,
  uploadState,
} from "lib/compiler/mod.ts";
import { DisposedError, float32, int32, scalar, zeros } from "lib/core/mod.ts";
import "./_runtime.ts";

const device = await openDevice("cpu");

Deno.test("jit() traces once for each set of input types", async () => {
  const traced: string[] = [];
  using double = jit(({ x }: { x: tf.Tensor }) => {
    traced.push(`${x.dtype}[${x.shape}]`);
    return { y: tf.add(x, x) };
  }, { device, name: "double" });
  for (const x of [float32([2], [1, 2]), float32([2], [3, 4])]) {
    const { y } = await double.run({ x });
    assert.deepEqual([...y.data], [...x.data].map((v) => 2 * v));
  }
  const { y } = await double.run({ x: float32([1, 3], [1, 2, 3]) });
  assert.deepEqual([y.shape, [...y.data]], [[1, 3], [2, 4, 6]]);
  const whole = await double.run({ x: int32([2], [5, 6]) });
  assert.deepEqual([whole.y.dtype, [...whole.y.data]], ["int32", [10, 12]]);
  await double.run({ x: float32([2], [0, 0]) });
  assert.deepEqual(traced, ["float32[2]", "float32[1,3]", "int32[2]"]);
});

Deno.test("prepare() traces ahead of the first run and gives the graph", async () => {
  let traces = 0;
  using compiled = jit(({ x }: { x: tf.Tensor }) => {
    traces++;
    return { y: tf.exp(x) };
  }, { device, name: "exp" });
  const graph = compiled.prepare({ x: scalar(0) });
  assert.deepEqual(graph.nodes.map(({ op }) => op), ["Input", "Exp"]);
  const { y } = await compiled.run({ x: scalar(0) });
  assert.deepEqual([[...y.data], traces], [[1], 1]);
});

Deno.test("each run gives arrays of its own, in trees of the form returned", async () => {
  using compiled = jit(
    ({ x }: { x: tf.Tensor }) => ({ deep: { y: tf.neg(x) }, z: tf.abs(x) }),
    { device, name: "deep" },
  );
  const first = await compiled.run({ x: scalar(-1) });
  const second = await compiled.run({ x: scalar(-2) });
  assert.deepEqual([[...first.deep.y.data], [...first.z.data]], [[1], [1]]);
  assert.deepEqual([[...second.deep.y.data], [...second.z.data]], [[2], [2]]);
});

Deno.test("jit() uses eager tensors from outside, which stay usable", async () => {
  const weight = tf.tensor1d([10, 20]);
  const ones = tf.ones([2]);
  const add = ({ x }: { x: tf.Tensor }) => ({
    y: tf.add(tf.mul(x, weight), ones),
  });
  for (let i = 0; i < 2; i++) {
    using compiled = jit(add, { device, name: "closure" });
    const { y } = await compiled.run({ x: float32([2], [1, 2]) });
    assert.deepEqual([...y.data], [11, 41]);
  }
  assert.deepEqual([...tf.tidy(() => tf.add(weight, ones).dataSync())], [
    11,
    21,
  ]);
  tf.dispose([weight, ones]);
});

Deno.test("jit() leaves no tensor and no other backend behind", async () => {
  tf.setBackend("cpu");
  const before = tf.memory().numTensors;
  using compiled = jit(
    ({ x }: { x: tf.Tensor }) => ({ y: tf.grad((x) => tf.sum(tf.tanh(x)))(x) }),
    { device, name: "gradient" },
  );
  await compiled.run({ x: float32([2], [0, 1]) });
  assert.equal(tf.memory().numTensors, before);
  assert.equal(tf.getBackend(), "cpu");
});

Deno.test("run() names what is not an array", async () => {
  using compiled = jit(({ x }: { x: tf.Tensor }) => ({ y: x }), {
    device,
    name: "id",
  });
  await assert.rejects(() => compiled.run({ x: 3 as never }), {
    name: "TypeError",
    message:
      'Cannot read a tree: each node must be a leaf or a record: current value at "x" is 3',
  });
});

Deno.test("inputs of wrong shapes are named, with the operation that refuses them", async () => {
  using compiled = jit(
    ({ x, w }: { x: tf.Tensor; w: tf.Tensor }) => ({ y: tf.matMul(x, w) }),
    { device, name: "project" },
  );
  await assert.rejects(
    () => compiled.run({ x: zeros([2, 3]), w: zeros([4, 5]) }),
    {
      name: "UnsupportedOpError",
      message: 'Cannot compile "project" for inputs (x: float32[2,3], ' +
        "w: float32[4,5]): Cannot lower BatchMatMul: MatMul: inner sizes " +
        "must agree (3, 4): current inputs are (float32[2,3], float32[4,5])",
    },
  );
});

Deno.test("inputs of a wrong element type are named", async () => {
  using compiled = jit(
    ({ x }: { x: tf.Tensor }) => ({ y: tf.logicalNot(x) }),
    { device, name: "not" },
  );
  await assert.rejects(() => compiled.run({ x: zeros([2]) }), {
    name: "Error",
    message: 'Cannot compile "not" for inputs (x: float32[2]): Argument ' +
      "'x' passed to 'logicalNot' must be bool tensor, but got float32 tensor",
  });
});

Deno.test("an input with fewer values than its shape asks for is refused", async () => {
  using compiled = jit(
    ({ x }: { x: tf.Tensor }) => ({ y: tf.neg(x) }),
    { device, name: "short" },
  );
  const { data } = zeros([5]);
  await assert.rejects(
    () => compiled.run({ x: { dtype: "float32", shape: [2, 3], data } }),
    {
      name: "TypeError",
      message: 'Cannot run "short": input "x" must hold 6 values, as its ' +
        "type float32[2,3] says: current count is 5",
    },
  );
});

Deno.test("a run whose signal was aborted before does not begin", async () => {
  const state = await uploadState(device, { count: scalar(0) });
  using compiled = jitWithState(
    ({ count }) => ({ state: { count: tf.add(count, 1) }, outputs: {} }),
    state,
    { device, name: "count" },
  );
  const abort = new AbortController();
  await compiled.run({}, { signal: abort.signal });
  abort.abort(new Error("enough"));
  await assert.rejects(() => compiled.run({}, { signal: abort.signal }), {
    message: "enough",
  });
  assert.equal((await readState(state)).count.data[0], 1);
  state.count[Symbol.dispose]();
});

Deno.test("a leaf that the next state leaves out stays as it is", async () => {
  const state = await uploadState(device, {
    a: scalar(1),
    deep: { b: scalar(2), c: scalar(3) },
  });
  using compiled = jitWithState(
    ({ a, deep }) => ({
      state: { deep: { c: tf.add(tf.add(a, deep.b), deep.c) } },
      outputs: {},
    }),
    state,
    { device, name: "part" },
  );
  await compiled.run({});
  await compiled.run({});
  const { a, deep } = await readState(state);
  assert.deepEqual([a.data[0], deep.b.data[0], deep.c.data[0]], [1, 2, 9]);
  for (const tensor of [state.a, state.deep.b, state.deep.c]) {
    tensor[Symbol.dispose]();
  }
});

Deno.test("the next state must have the form of the state", async () => {
  const state = await uploadState(device, { a: zeros([2]) });
  const cases: [(a: tf.Tensor) => unknown, string][] = [
    [
      (a) => ({ a: tf.concat([a, a]) }),
      '"a" is float32[4], in the state it is float32[2]',
    ],
    [
      (a) => ({ a: tf.cast(a, "int32") }),
      '"a" is int32[2], in the state it is float32[2]',
    ],
    [
      (a) => ({ b: tf.neg(a) }),
      '"b" is float32[2], in the state it is missing',
    ],
    [
      (a) => ({ a: { b: tf.neg(a) } }),
      '"a/b" is float32[2], in the state it is missing',
    ],
  ];
  for (const [next, rule] of cases) {
    using compiled = jitWithState(
      ({ a }) => ({ state: next(a), outputs: {} }),
      state,
      { device, name: "grow" },
    );
    await assert.rejects(() => compiled.run({}), {
      name: "TypeError",
      message:
        `Cannot compile "grow": the next state must have the form of the state: ${rule}`,
    });
  }
  state.a[Symbol.dispose]();
});

Deno.test("state that cannot be replaced in place alternates between two memories", async () => {
  const state = await uploadState(device, {
    h: float32([2], [1, 2]),
    w: float32([2, 2], [0, 1, 1, 1]),
  });
  using compiled = jitWithState(
    ({ h, w }) => ({
      state: { h: tf.dot(w, h), w: tf.transpose(w) },
      outputs: { before: h },
    }),
    state,
    { device, name: "fibonacci" },
  );
  const seen: number[][] = [];
  for (let i = 0; i < 5; i++) {
    seen.push([...(await compiled.run({})).before.data]);
  }
  assert.deepEqual(seen, [[1, 2], [2, 3], [3, 5], [5, 8], [8, 13]]);
  assert.deepEqual([...(await readState(state)).h.data], [13, 21]);
  state.h[Symbol.dispose]();
  state.w[Symbol.dispose]();
});

Deno.test("state can be written between runs, whichever memory it is in", async () => {
  const state = await uploadState(device, { a: float32([2], [1, 2]) });
  using compiled = jitWithState(
    ({ a }) => ({ state: { a: tf.reverse(a) }, outputs: {} }),
    state,
    { device, name: "reverse" },
  );
  await compiled.run({});
  assert.deepEqual([...(await readState(state)).a.data], [2, 1]);
  await state.a.write(float32([2], [7, 8]));
  await compiled.run({});
  assert.deepEqual([...(await readState(state)).a.data], [8, 7]);
  state.a[Symbol.dispose]();
});

Deno.test("functions of one state see what the others made of it", async () => {
  const state = await uploadState(device, { a: float32([2], [1, 2]) });
  using add = jitWithState(
    ({ a }, { x }: { x: tf.Tensor }) => ({
      state: { a: tf.add(a, x) },
      outputs: {},
    }),
    state,
    { device, name: "add" },
  );
  using reverse = jitWithState(
    ({ a }) => ({ state: { a: tf.reverse(a) }, outputs: { a } }),
    state,
    { device, name: "reverse" },
  );
  await add.run({ x: scalar(1) });
  await reverse.run({});
  await add.run({ x: float32([2], [10, 20]) });
  const { a } = await reverse.run({});
  assert.deepEqual([...a.data], [13, 22]);
  assert.deepEqual([...(await readState(state)).a.data], [22, 13]);
  state.a[Symbol.dispose]();
});

Deno.test("a second run at once is refused", async () => {
  using compiled = jit(({ x }: { x: tf.Tensor }) => ({
    y: tf.matMul(x as tf.Tensor2D, x as tf.Tensor2D),
  }), { device, name: "twice" });
  const x = float32([256, 256], new Float32Array(256 * 256).fill(1 / 16));
  compiled.prepare({ x });
  const first = compiled.run({ x });
  await assert.rejects(() => compiled.run({ x }), {
    name: "Error",
    message: "Cannot run a session twice at once: await the first run",
  });
  await first;
  const { y } = await compiled.run({ x });
  assert.ok(y.data.every((value) => value === 1));
});

Deno.test("a function that is disposed of while it runs ends after the run", async () => {
  const compiled = jit(({ x }: { x: tf.Tensor }) => ({
    y: tf.matMul(x as tf.Tensor2D, x as tf.Tensor2D),
  }), { device, name: "busy" });
  const x = float32([256, 256], new Float32Array(256 * 256).fill(1 / 16));
  compiled.prepare({ x });
  const running = compiled.run({ x });
  compiled[Symbol.dispose]();
  await assert.rejects(() => compiled.run({ x }), DisposedError);
  const { y } = await running;
  assert.ok(y.data.every((value) => value === 1));
});

Deno.test("a function that was disposed of refuses every use", async () => {
  const compiled = jit(
    ({ x }: { x: tf.Tensor }) => ({ y: tf.neg(x) }),
    { device, name: "neg" },
  );
  await compiled.run({ x: scalar(1) });
  compiled[Symbol.dispose]();
  compiled[Symbol.dispose]();
  const message =
    'Cannot use function "neg": it must not be disposed of yet: ' +
    "it was; dispose of it after its last use";
  await assert.rejects(() => compiled.run({ x: scalar(1) }), {
    name: "DisposedError",
    message,
  });
  assert.throws(() => compiled.prepare({ x: scalar(1) }), { message });
});

Deno.test("state that was disposed of refuses every use", async () => {
  const state = await uploadState(device, { a: float32([2], [1, 2]) });
  using add = jitWithState(
    ({ a }) => ({ state: { a: tf.add(a, 1) }, outputs: { a } }),
    state,
    { device, name: "add" },
  );
  await add.run({});
  disposeState(state);
  disposeState(state);
  const expected = {
    name: "DisposedError",
    message: "Cannot use a tensor of float32[2]: it must not be disposed of " +
      "yet: it was; dispose of it after its last use",
  };
  await assert.rejects(() => add.run({}), expected);
  await assert.rejects(() => readState(state), expected);
  await assert.rejects(() => state.a.write(float32([2], [1, 2])), expected);
});

Deno.test("state that is disposed of while a function runs outlives the run", async () => {
  const data = new Float32Array(256 * 256).fill(1 / 16);
  const state = await uploadState(device, { a: float32([256, 256], data) });
  using square = jitWithState(
    ({ a }) => ({
      outputs: { y: tf.matMul(a as tf.Tensor2D, a as tf.Tensor2D) },
    }),
    state,
    { device, name: "square" },
  );
  square.prepare({});
  const running = square.run({});
  disposeState(state);
  const { y } = await running;
  assert.ok(y.data.every((value) => value === 1));
  await assert.rejects(() => square.run({}), DisposedError);
});

Deno.test("a device that was disposed of refuses uploads, functions and runs", async () => {
  const gone = await openDevice("cpu");
  const state = await uploadState(gone, { a: scalar(1) });
  const options = { device: gone, name: "double" };
  const double = jitWithState(
    ({ a }) => ({ outputs: { y: tf.mul(a, 2) } }),
    state,
    options,
  );
  await double.run({});
  gone[Symbol.dispose]();
  gone[Symbol.dispose]();
  const expected = {
    name: "DisposedError",
    message: 'Cannot use device "cpu": it must not be disposed of yet: it ' +
      "was; dispose of it after its last use",
  };
  await assert.rejects(() => uploadState(gone, { a: scalar(1) }), expected);
  await assert.rejects(() => double.run({}), expected);
  await assert.rejects(() => readState(state), expected);
  using other = jit(() => ({ y: tf.zeros([1]) }), options);
  await assert.rejects(() => other.run({}), expected);
  double[Symbol.dispose]();
  disposeState(state);
});

Deno.test("jit() refuses a function that gives no tensors, or a promise", async () => {
  const refuses = async (fn: () => unknown, found: string): Promise<void> => {
    using compiled = jit(fn as () => { y: tf.Tensor }, {
      device,
      name: "odd",
    });
    await assert.rejects(() => compiled.run({}), {
      name: "TypeError",
      message: 'Cannot compile "odd": the function must return a tree of ' +
        `tensors, at once: ${found}`,
    });
  };
  await refuses(() => ({}), "it returns none");
  await refuses(() => undefined, "its outputs are undefined");
  await refuses(() => 7, "its outputs are 7");
  await refuses(
    () => Promise.resolve({ y: tf.zeros([1]) }),
    "it returns a promise; make it synchronous",
  );
  await refuses(
    () => Promise.reject(new Error("late")),
    "it returns a promise; make it synchronous",
  );
});

Deno.test("an index outside of its axis is refused, as TF.js refuses it", async () => {
  const x = float32([3, 2], [1, 2, 3, 4, 5, 6]);
  type Fn = (t: { x: tf.Tensor; i: tf.Tensor }) => tf.Tensor;
  const functions: [string, Fn, number[], number][] = [
    ["gather", ({ x, i }) => tf.gather(x, i as tf.Tensor1D), [1], 3],
    ["along 1", ({ x, i }) => tf.gather(x, i as tf.Tensor1D, 1), [1], 2],
    ["batches", ({ x, i }) => tf.gather(x, i as tf.Tensor2D, 1, 1), [3, 1], 2],
    ["gatherND", ({ x, i }) => tf.gatherND(x, i), [1, 1], 3],
    [
      "scatterND",
      ({ x, i }) => tf.scatterND(i, tf.slice(x, [0, 0], [1, 2]), [3, 2]),
      [1, 1],
      3,
    ],
  ];
  for (const [name, fn, shape, length] of functions) {
    using compiled = jit((t: Parameters<Fn>[0]) => ({ y: fn(t) }), {
      device,
      name,
    });
    const at = (index: number): Promise<unknown> => {
      const i = zeros(shape, "int32");
      i.data[0] = index;
      return compiled.run({ x, i });
    };
    await at(0);
    await at(length - 1);
    for (const index of [-1, -length, -length - 1, length, length + 1]) {
      await assert.rejects(() => at(index), {
        name: "RangeError",
        message: `Cannot run "${name}": each index of a gather or scatter ` +
          "must be from 0 to the length of its axis, not included: one is " +
          "outside",
      });
    }
  }
  using constant = jit(
    ({ x }: { x: tf.Tensor }) => ({
      y: tf.gather(x, tf.tensor1d([-1], "int32")),
    }),
    { device, name: "constant" },
  );
  await assert.rejects(() => constant.run({ x }), {
    name: "UnsupportedOpError",
    message: 'Cannot compile "constant" for inputs (x: float32[3,2]): Cannot ' +
      "lower GatherV2: indices must be 0 to 2: current value is -1",
  });
});

Deno.test("an extreme of nothing is refused: TF.js and the runtime differ there", async () => {
  const floats = {
    max: tf.max,
    min: tf.min,
    argMax: tf.argMax,
    argMin: tf.argMin,
  };
  for (const [name, fn] of Object.entries(floats)) {
    using compiled = jit(
      ({ x }: { x: tf.Tensor }) => ({ y: fn(x, 1) }),
      { device, name },
    );
    await assert.rejects(() => compiled.run({ x: zeros([2, 0]) }), {
      name: "UnsupportedOpError",
      message:
        /: reduced axes must have values: current type is float32\[2,0\]$/,
    });
    const { y } = await compiled.run({ x: zeros([0, 2]) });
    assert.deepEqual(y.shape, [0]);
  }
  for (const [name, fn] of Object.entries({ any: tf.any, all: tf.all })) {
    using compiled = jit(
      ({ x }: { x: tf.Tensor }) => ({ y: fn(x, 1) }),
      { device, name },
    );
    await assert.rejects(() => compiled.run({ x: zeros([2, 0], "bool") }), {
      name: "UnsupportedOpError",
    });
  }
});

Deno.test("scalars and empty arrays go in and come out", async () => {
  using compiled = jit(
    ({ s, e }: { s: tf.Tensor; e: tf.Tensor }) => ({
      s: tf.square(s),
      e: tf.neg(e),
      n: tf.sum(e),
    }),
    { device, name: "empty" },
  );
  const { s, e, n } = await compiled.run({ s: scalar(3), e: zeros([0, 2]) });
  assert.deepEqual([s.shape, s.data[0], e.shape, e.data.length, n.data[0]], [
    [],
    9,
    [0, 2],
    0,
    0,
  ]);
});
