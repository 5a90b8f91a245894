import assert from "node:assert/strict";
import * as tf from "@tensorflow/tfjs-core";
import "lib/compiler/eager.ts";
import { jit, printGraph, trace } from "lib/compiler/mod.ts";
import { HOST_MEMORY } from "lib/compiler/device/memory.ts";
import { DeviceProfile } from "lib/compiler/device/profile.ts";
import { RuntimeDevice } from "lib/compiler/device/runtime_device.ts";
import { removeDeadCode } from "lib/compiler/passes/dead_code.ts";
import { parallelForms } from "lib/compiler/passes/parallel_forms.ts";
import { verifyGraph } from "lib/compiler/ir/verify.ts";
import { Rng, zeros } from "lib/core/mod.ts";
import "../_runtime.ts";

type Inputs = Record<string, tf.Tensor>;

/** The graph of a function after the pass. */
function after(
  fn: (inputs: Inputs) => Inputs,
  shapes: Record<string, number[]>,
): string {
  const graph = trace(
    fn as never,
    Object.fromEntries(
      Object.entries(shapes).map(([name, shape]) => [name, zeros(shape)]),
    ),
  );
  const formed = verifyGraph(parallelForms(graph), parallelForms.name);
  return printGraph(removeDeadCode(formed));
}

Deno.test("parallelForms() turns the right side of a product about, where it is worth it", () => {
  const product = ({ x, w }: Inputs) => ({ y: tf.matMul(x!, w!, false, true) });
  assert.equal(
    after(product, { x: [64, 128], w: [256, 128] }),
    `%x = Input() : float32[64,128]
%w = Input() : float32[256,128]
%2 = Transpose(%w, permutation=[1,0]) : float32[128,256]
%3 = MatMul(%x, %2, transposeA=false, transposeB=false) : float32[64,256]
return { y: %3 }`,
  );
  assert.match(
    after(product, { x: [4, 128], w: [256, 128] }),
    /MatMul\(%x, %w, transposeA=false, transposeB=true\)/,
  );
});

Deno.test("parallelForms() divides a small product of long rows, and sums the parts", () => {
  const gradient = ({ x, dy }: Inputs) => ({
    dw: tf.matMul(x!, dy!, true, false),
  });
  // 2 x 8 tiles of 32 x 32: 16 parts make 256, of 128 rows each.
  assert.equal(
    after(gradient, { x: [2048, 64], dy: [2048, 256] }),
    `%x = Input() : float32[2048,64]
%dy = Input() : float32[2048,256]
%2 = Reshape(%x, shape=[16,128,64]) : float32[16,128,64]
%3 = Transpose(%2, permutation=[0,2,1]) : float32[16,64,128]
%4 = Reshape(%dy, shape=[16,128,256]) : float32[16,128,256]
%5 = MatMul(%3, %4, transposeA=false, transposeB=false) : float32[16,64,256]
%6 = ReduceSum(%5, axes=[0], keepDims=false) : float32[64,256]
return { dw: %6 }`,
  );
  for (
    const [rows, columns, why] of [
      [2048, 16 * 1024, "there are tiles enough"],
      [200, 64, "there are too few rows"],
      [2039, 64, "the rows do not divide: their number is prime"],
    ] as const
  ) {
    assert.match(
      after(gradient, { x: [rows, 64], dy: [rows, columns] }),
      /MatMul\(%x, %dy, transposeA=true, transposeB=false\)/,
      why,
    );
  }
});

Deno.test("parallelForms() reduces very many numbers to one in two steps", () => {
  assert.equal(
    after(({ x }) => ({ y: tf.sum(x!), kept: tf.mean(x!, [0, 1], true) }), {
      x: [768, 3072],
    }),
    `%x = Input() : float32[768,3072]
%1 = Reshape(%x, shape=[1024,2304]) : float32[1024,2304]
%2 = ReduceSum(%1, axes=[1], keepDims=false) : float32[1024]
%3 = ReduceSum(%2, axes=[0], keepDims=false) : float32[]
%4 = Reshape(%x, shape=[1024,2304]) : float32[1024,2304]
%5 = ReduceMean(%4, axes=[1], keepDims=false) : float32[1024]
%6 = ReduceMean(%5, axes=[0], keepDims=false) : float32[]
%7 = Reshape(%6, shape=[1,1]) : float32[1,1]
return { y: %3, kept: %7 }`,
  );
  const whole = /ReduceSum\(%x, axes=\[0,1\]/;
  assert.match(after(({ x }) => ({ y: tf.sum(x!) }), { x: [64, 128] }), whole);
  // A prime number of numbers cannot be divided evenly.
  assert.match(after(({ x }) => ({ y: tf.sum(x!) }), { x: [1, 10007] }), whole);
});

Deno.test("parallelForms() changes no value", async () => {
  const rng = new Rng(3);
  const inputs = {
    x: rng.normals([2048, 40]),
    dy: rng.normals([2048, 72]),
    w: rng.normals([72, 40]),
  };
  const fn = ({ x, dy, w }: Inputs) => ({
    divided: tf.matMul(x!, dy!, true, false),
    turned: tf.matMul(x!, w!, false, true),
    sum: tf.sum(x!),
    mean: tf.mean(tf.add(dy!, 1)),
    max: tf.max(dy!),
    min: tf.min(dy!),
  });
  using device = new RuntimeDevice(
    new DeviceProfile("cpu", true, { passes: [parallelForms] }),
    "in parallel forms",
    HOST_MEMORY,
  );
  using compiled = jit(fn as never, { device, name: "products" });
  const found = await compiled.run(inputs as never) as Record<
    string,
    { data: Float32Array }
  >;
  const text = printGraph(compiled.prepare(inputs as never) as never);
  assert.doesNotMatch(text, /transpose[AB]=true/, "the forms must be there");
  for (const op of ["ReduceSum", "ReduceMean", "ReduceMax", "ReduceMin"]) {
    assert.match(text, new RegExp(`${op}\\(%\\d+, axes=\\[1\\]`), op);
  }
  const expected = tf.tidy(() =>
    Object.entries(fn(
      Object.fromEntries(
        Object.entries(inputs).map((
          [name, { shape, data }],
        ) => [name, tf.tensor(data, [...shape])]),
      ),
    )).map(([name, value]) => [name, value.dataSync()] as const)
  );
  for (const [name, values] of expected) {
    const { data } = found[name]!;
    values.forEach((value, i) =>
      assert.ok(
        Math.abs(data[i]! - value) <= 1e-4 + 1e-5 * Math.abs(value),
        `${name}[${i}] must be ${value}: it is ${data[i]}`,
      )
    );
  }
});
