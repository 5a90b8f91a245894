import assert from "node:assert/strict";
import * as tf from "@tensorflow/tfjs-core";
import "lib/compiler/eager.ts";
import { jit, openDevice, trace } from "lib/compiler/mod.ts";
import { emitOnnx } from "lib/compiler/onnx/emit.ts";
import { float32, zeros } from "lib/core/mod.ts";
import type { OnnxGraph } from "lib/formats/onnx/mod.ts";
import "../_runtime.ts";

const device = await openDevice("cpu");
const X = { x: float32([2], [1, 2]) };

/** One line a node: `y = Add(x, x)`. */
function linesOf({ nodes }: OnnxGraph): string[] {
  return nodes.map(({ operator, inputs, outputs }) =>
    `${outputs.join(", ")} = ${operator}(${inputs.join(", ")})`
  );
}

function emitted(
  fn: (inputs: { x: tf.Tensor }) => Record<string, tf.Tensor>,
  x = zeros([2]),
): OnnxGraph {
  return emitOnnx(trace(fn, { x }), "test");
}

Deno.test("emitOnnx() names results by outputs, and writes nodes in order", () => {
  const graph = emitted(({ x }) => {
    const sum = tf.add(x, x);
    return { y: tf.exp(sum), z: tf.neg(sum) };
  });
  assert.deepEqual(linesOf(graph), [
    "/v1 = Add(x, x)",
    "y = Exp(/v1)",
    "z = Neg(/v1)",
  ]);
  assert.deepEqual(graph.inputs, [{ name: "x", dtype: "float32", shape: [2] }]);
  assert.deepEqual(graph.outputs.map(({ name }) => name), ["y", "z"]);
});

Deno.test("emitOnnx() copies an output that is an input", async () => {
  assert.deepEqual(linesOf(emitted(({ x }) => ({ y: x }))), [
    "y = Identity(x)",
  ]);
  using same = jit(({ x }: { x: tf.Tensor }) => ({ y: x }), {
    device,
    name: "same",
  });
  const { y } = await same.run(X);
  assert.deepEqual([...y.data], [1, 2]);
  assert.notEqual(y.data, X.x.data);
});

Deno.test("emitOnnx() copies what comes out under a second name", async () => {
  const twice = ({ x }: { x: tf.Tensor }) => {
    const y = tf.neg(x);
    return { a: y, b: y, c: tf.reshape(y, [2]) };
  };
  assert.deepEqual(linesOf(emitted(twice)), [
    "a = Neg(x)",
    "b = Identity(a)",
    "c = Identity(a)",
  ]);
  using compiled = jit(twice, { device, name: "twice" });
  const { a, b, c } = await compiled.run(X);
  assert.deepEqual([a, b, c].map(({ data }) => [...data]), [
    [-1, -2],
    [-1, -2],
    [-1, -2],
  ]);
});

Deno.test("emitOnnx() copies an output that is a constant", async () => {
  const fixed = ({ x }: { x: tf.Tensor }) => ({
    y: tf.neg(x),
    table: tf.tensor1d([1, 2, 3]),
    ones: tf.ones([2, 2]),
    one: tf.scalar(1, "int32"),
    no: tf.scalar(false),
  });
  assert.deepEqual(linesOf(emitted(fixed)), [
    "y = Neg(x)",
    "ones = Expand(/v3, /int64_2_2_2)".replace("2_2_2", "1_2_2"),
    "table = Identity(/v2)",
    "one = Identity(/v5)",
    "no = Identity(/v6)",
  ]);
  using compiled = jit(fixed, { device, name: "fixed" });
  const { table, ones, one, no } = await compiled.run(X);
  assert.deepEqual([...table.data], [1, 2, 3]);
  assert.deepEqual([...ones.data], [1, 1, 1, 1]);
  assert.deepEqual([one.dtype, ...one.data, no.dtype, ...no.data], [
    "int32",
    1,
    "bool",
    0,
  ]);
});

Deno.test("emitOnnx() stores the same sizes, axes and scalars once", () => {
  const graph = emitted(
    ({ x }) => ({
      a: tf.sum(x, 0),
      b: tf.mean(x, 0),
      c: tf.sum(x, 1),
      d: tf.pad(x, [[1, 0], [0, 1]], 0.5),
      e: tf.pad(x, [[1, 0], [0, 1]], 0.5),
      f: tf.cumsum(x, 1),
    }),
    zeros([2, 2]),
  );
  assert.deepEqual(
    graph.initializers.map(({ name, dtype, shape }) => [name, dtype, shape]),
    [
      ["/int64_1_0", "int64", [1]],
      ["/int64_1_1", "int64", [1]],
      ["/int64_1_1_0_0_1", "int64", [4]],
      ["/float32_0.5", "float32", []],
      ["/int64_0_1", "int64", []],
    ],
  );
  assert.deepEqual(
    [...new BigInt64Array(graph.initializers[2]!.bytes.slice().buffer)],
    [1n, 0n, 0n, 1n],
  );
});

Deno.test("emitOnnx() keeps names inside apart from those of inputs and outputs", async () => {
  using compiled = jit(
    ({ t0, v1, int64_1_0 }: Record<string, tf.Tensor>) => ({
      v2: tf.sum(tf.matMul(
        tf.add(t0!, v1!) as tf.Tensor3D,
        int64_1_0 as tf.Tensor3D,
        true,
      )),
    }),
    { device, name: "names" },
  );
  const ones = float32([1, 2, 2], [1, 1, 1, 1]);
  const { v2 } = await compiled.run({ t0: ones, v1: ones, int64_1_0: ones });
  assert.deepEqual([...v2.data], [16]);
  const graph = trace(
    ({ t0 }: Record<string, tf.Tensor>) => ({
      v2: tf.exp(tf.argMax(t0!, 0).cast("float32")),
    }),
    { t0: zeros([2]) },
  );
  const names = emitOnnx(graph, "names").nodes.flatMap(({ outputs }) =>
    outputs
  );
  assert.deepEqual(names, ["/t0", "/v1", "/v2", "v2"]);
});

Deno.test("emitOnnx() refuses an output with the name of an input", () => {
  assert.throws(() => emitted(({ x }) => ({ x: tf.neg(x) })), {
    name: "TypeError",
    message:
      'Cannot write "test" as ONNX: inputs and outputs must have different names: current name of both is "x"',
  });
});
