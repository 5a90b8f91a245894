import assert from "node:assert/strict";
import * as tf from "@tensorflow/tfjs-core";
import "lib/compiler/eager.ts";
import { jit, lossAndGradients, openDevice, trace } from "lib/compiler/mod.ts";
import { float32, zeros } from "lib/core/mod.ts";
import "../../_runtime.ts";

const device = await openDevice("cpu");

// TF.js sums these over the wrong axes, so that it cannot be the oracle.
Deno.test("einsum sums away what only one operand has", async () => {
  using compiled = jit(({ a, b }: { a: tf.Tensor; b: tf.Tensor }) => {
    const { gradients } = lossAndGradients(
      (x: { a: tf.Tensor; b: tf.Tensor }) => ({
        loss: tf.sum(
          tf.mul(tf.einsum("ij,k->i", x.a, x.b), tf.tensor1d([1, 10])),
        ),
        metrics: {},
      }),
      { a, b },
    );
    return {
      rows: tf.einsum("ij,k->i", a, b),
      all: tf.einsum("ij,jk->", a, tf.reshape(b, [2, 1])),
      gradients,
    };
  }, { device, name: "einsum" });
  const { rows, all, gradients } = await compiled.run({
    a: float32([2, 2], [1, 2, 3, 4]),
    b: float32([2], [5, 6]),
  });
  assert.deepEqual([...rows.data], [3 * 11, 7 * 11]);
  assert.deepEqual([...all.data], [4 * 5 + 6 * 6]);
  assert.deepEqual([...gradients.a.data], [11, 11, 110, 110]);
  assert.deepEqual([...gradients.b.data], [73, 73]);
});

Deno.test("einsum becomes one matrix product, without a copy where the axes are in order", () => {
  const graph = trace(
    ({ q, k }) => ({ scores: tf.einsum("bhid,bhjd->bhij", q, k) }),
    { q: zeros([2, 3, 4, 5]), k: zeros([2, 3, 6, 5]) },
  );
  assert.deepEqual(
    graph.nodes.map(({ op }) => op),
    ["Input", "Input", "Transpose", "MatMul"],
  );
});

Deno.test("einsum refuses a result that names an axis twice", () => {
  assert.throws(
    () => trace(({ a }) => ({ y: tf.einsum("i->ii", a) }), { a: zeros([2]) }),
    {
      name: "UnsupportedOpError",
      message:
        'Cannot lower Einsum: the result must name each axis once: current value is "ii"',
    },
  );
});

Deno.test("einsum refuses what TF.js refuses, in its words", () => {
  assert.throws(
    () =>
      trace(({ a, b }) => ({ y: tf.einsum("ij,jk->ik", a, b) }), {
        a: zeros([2, 3]),
        b: zeros([4, 2]),
      }),
    /Expected dimension 3 at axis 0 of input shaped \[4,2\], but got dimension 4/,
  );
});
