import assert from "node:assert/strict";
import * as tf from "@tensorflow/tfjs-core";
import "lib/compiler/eager.ts";
import { GraphBuilder } from "lib/compiler/ir/builder.ts";
import type { Node } from "lib/compiler/ir/graph.ts";
import {
  jitWithState,
  openDevice,
  readState,
  tensorsOf,
  trace,
  uploadState,
} from "lib/compiler/mod.ts";
import { safeInPlace } from "lib/compiler/passes/in_place.ts";
import { optimise } from "lib/compiler/passes/pipeline.ts";
import { type NdArray, Rng } from "lib/core/mod.ts";
import "../_runtime.ts";

type Step = (state: Record<string, tf.Tensor>) => Record<string, tf.Tensor>;

/** A step of a state, and which parts may be replaced in place. */
interface StepCase {
  readonly name: string;
  readonly state: Readonly<Record<string, readonly number[]>>;
  readonly step: Step;
  readonly inPlace: Readonly<Record<string, boolean>>;
}

const W = tf.tensor(new Rng(7).normals([4, 4]).data, [4, 4]);
const B = tf.tensor(new Rng(8).normals([4]).data);

const CASES: readonly StepCase[] = [
  {
    name: "a count goes up",
    state: { n: [] },
    step: ({ n }) => ({ n: tf.add(n!, 1) }),
    inPlace: { n: true },
  },
  {
    name: "an average moves",
    state: { mean: [3, 4], x: [3, 4] },
    step: ({ mean, x }) => ({
      mean: tf.add(tf.mul(mean!, 0.9), tf.mul(x!, 0.1)),
    }),
    inPlace: { mean: true },
  },
  {
    name: "a weight descends a gradient that two matrix products make",
    state: { w: [4, 4], x: [2, 4] },
    step: ({ w, x }) => ({
      w: tf.sub(
        w!,
        tf.mul(
          tf.grad((w) =>
            tf.sum(tf.square(tf.matMul(x as tf.Tensor2D, w as tf.Tensor2D)))
          )(w!),
          0.1,
        ),
      ),
    }),
    inPlace: { w: true },
  },
  {
    name: "the filter of a convolution descends its gradient",
    state: { w: [3, 3, 3, 2, 2], x: [1, 2, 3, 3, 2] },
    step: ({ w, x }) => {
      const loss = (w: tf.Tensor) =>
        tf.mean(
          tf.square(tf.conv3d(x as tf.Tensor5D, w as tf.Tensor5D, 1, "same")),
        );
      return { w: tf.sub(w!, tf.mul(tf.grad(loss)(w!), 0.1)) };
    },
    inPlace: { w: true },
  },
  {
    name: "vectors are joined, changed and parted again",
    state: { a: [3], b: [2] },
    step: ({ a, b }) => {
      const [first, second] = tf.split(
        tf.mul(tf.concat([a!, b!]), 0.5),
        [3, 2],
      );
      return { a: first!, b: second! };
    },
    inPlace: { a: true, b: true },
  },
  {
    name: "the rows of a table descend the gradient of those that were picked",
    state: { table: [4, 3] },
    step: ({ table }) => {
      const loss = (t: tf.Tensor) =>
        tf.sum(tf.square(tf.gather(t, tf.tensor1d([1, 3, 1], "int32"))));
      return { table: tf.sub(table!, tf.mul(tf.grad(loss)(table!), 0.1)) };
    },
    inPlace: { table: true },
  },
  {
    name: "a momentum is used after it moved",
    state: { w: [3], v: [3] },
    step: ({ w, v }) => {
      const next = tf.add(tf.mul(v!, 0.9), tf.square(w!));
      return { w: tf.sub(w!, next), v: next };
    },
    inPlace: { w: true, v: true },
  },
  {
    name: "the old value is still wanted by what need not come first",
    state: { a: [3], b: [3] },
    step: ({ a, b }) => ({ a: tf.mul(a!, 0.5), b: tf.add(b!, tf.sin(a!)) }),
    inPlace: { a: false, b: true },
  },
  {
    name: "two parts change places",
    state: { a: [3], b: [3] },
    step: ({ a, b }) => ({ a: b!, b: a! }),
    inPlace: { a: false, b: false },
  },
  {
    name: "one part takes the old value of another",
    state: { now: [3], before: [3] },
    step: ({ now, before }) => ({
      now: tf.add(tf.mul(now!, 0.5), before!),
      before: now!,
    }),
    inPlace: { now: false, before: false },
  },
  {
    name: "the larger of two broadcast parts is replaced, the smaller is not",
    state: { row: [1, 4], all: [4, 4] },
    step: ({ row, all }) => ({
      all: tf.sub(all!, row!),
      row: tf.slice(tf.sub(row!, all!) as tf.Tensor2D, [2, 0], [1, 4]),
    }),
    inPlace: { all: false, row: false },
  },
  {
    name: "a transposed value is added",
    state: { a: [4, 4] },
    step: ({ a }) => ({ a: tf.sub(a!, tf.transpose(a!)) }),
    inPlace: { a: false },
  },
  {
    name: "a transposed value times one: the runtime leaves out the product",
    state: { a: [4, 4] },
    step: ({ a }) => ({ a: tf.mul(tf.transpose(a!), 1) }),
    inPlace: { a: false },
  },
  {
    name: "a matrix product and a sum: the runtime fuses them",
    state: { h: [3, 4] },
    step: ({ h }) => ({
      h: tf.add(tf.matMul(h as tf.Tensor2D, W as tf.Tensor2D), B),
    }),
    inPlace: { h: false },
  },
  {
    name: "a matrix product and the value itself",
    state: { h: [4, 4] },
    step: ({ h }) => ({
      h: tf.add(h!, tf.matMul(h as tf.Tensor2D, W as tf.Tensor2D)),
    }),
    inPlace: { h: false },
  },
  {
    name: "a scaled matrix product",
    state: { h: [4, 4] },
    step: ({ h }) => ({
      h: tf.matMul(tf.mul(h!, 0.5) as tf.Tensor2D, W as tf.Tensor2D),
    }),
    inPlace: { h: false },
  },
  {
    name: "a layer normalisation: the runtime fuses all of it",
    state: { h: [3, 4] },
    step: ({ h }) => {
      const centred = tf.sub(h!, tf.mean(h!, -1, true));
      const variance = tf.mean(tf.square(centred), -1, true);
      return {
        h: tf.add(
          tf.mul(tf.div(centred, tf.sqrt(tf.add(variance, 1e-5))), B),
          B,
        ),
      };
    },
    inPlace: { h: false },
  },
];

for (const { name, state, step, inPlace } of CASES) {
  Deno.test(`safeInPlace() where ${name}`, () => {
    const arrays = arraysFor(state);
    const graph = optimise(trace(step as never, arrays));
    const inputs = new Map(graph.inputs.map((x) => [x.name, x.node]));
    const pairs = Object.keys(inPlace).map((name) => ({
      input: inputs.get(name)!,
      output: graph.outputs.find((x) => x.name === name)!.node,
    }));
    assert.deepEqual(
      Object.fromEntries(
        safeInPlace(graph, pairs).map((
          safe,
          i,
        ) => [Object.keys(inPlace)[i], safe]),
      ),
      inPlace,
    );
  });

  Deno.test(`five steps are right where ${name}`, async () => {
    let expected = arraysFor(state);
    const device = await openDevice("cpu");
    const held = await uploadState(device, expected);
    using compiled = jitWithState(
      (parts) => ({ state: step(parts as never), outputs: {} }),
      held,
      { device, name: "step" },
    );
    for (let i = 0; i < 5; i++) {
      await compiled.run({});
      expected = { ...expected, ...eagerly(step, expected) };
    }
    const actual = await readState(held) as Record<string, NdArray>;
    for (const [name, array] of Object.entries(expected)) {
      for (const [i, value] of array.data.entries()) {
        const difference = Math.abs(actual[name]!.data[i]! - value);
        assert.ok(
          difference <= 1e-4 * (1 + Math.abs(value)),
          `${name}[${i}] must be ${value}: it is ${actual[name]!.data[i]}`,
        );
      }
    }
    for (const tensor of Object.values(held)) tensor[Symbol.dispose]();
  });
}

Deno.test("safeInPlace() refuses memory of another size", () => {
  const builder = new GraphBuilder();
  const x = builder.input("x", "float32", [2]);
  const sum = builder.op("ReduceSum", [x], { axes: [0], keepDims: false });
  const graph = builder.graph([{ name: "y", node: sum as Node }]);
  assert.deepEqual(safeInPlace(graph, [{ input: x, output: sum as Node }]), [
    false,
  ]);
});

Deno.test("a value that is also returned as it was keeps its old value", async () => {
  const device = await openDevice("cpu");
  const state = await uploadState(device, { n: new Rng(3).normals([4]) });
  const before = (await readState(state)).n;
  using compiled = jitWithState(
    ({ n }) => ({
      state: { n: tf.add(n, 1) },
      outputs: { old: n, view: tf.reshape(n, [2, 2]) },
    }),
    state,
    { device, name: "count" },
  );
  const { old, view } = await compiled.run({});
  assert.deepEqual([...old.data], [...before.data]);
  assert.deepEqual([...view.data], [...before.data]);
  assert.deepEqual(
    [...(await readState(state)).n.data],
    [...before.data].map((x) => Math.fround(x + 1)),
  );
  state.n[Symbol.dispose]();
});

function arraysFor(
  shapes: Readonly<Record<string, readonly number[]>>,
): Record<string, NdArray> {
  return Object.fromEntries(
    Object.entries(shapes).map(([name, shape], i) => [
      name,
      new Rng(20 + i).fork(name).normals(shape),
    ]),
  );
}

function eagerly(
  step: Step,
  arrays: Record<string, NdArray>,
): Record<string, NdArray> {
  tf.setBackend("cpu");
  const results = tf.tidy(() => step(tensorsOf(arrays) as never));
  const read = Object.entries(results).map(([name, tensor]) =>
    [name, {
      dtype: "float32",
      shape: tensor.shape,
      data: new Float32Array(tensor.dataSync()),
    } as NdArray] as const
  );
  tf.dispose(results);
  return Object.fromEntries(read);
}
