import assert from "node:assert/strict";
import * as tf from "@tensorflow/tfjs-core";
import "lib/compiler/eager.ts";
import { arraysOf, tensorsOf } from "lib/compiler/mod.ts";
import { float32 } from "lib/core/mod.ts";
import { clipByGlobalNorm } from "lib/trainer/mod.ts";

/** Gradients [3, 0] and [[4]] have the common norm 5. */
function clipped(
  limit: number,
  scale = 1,
): { a: number[]; b: number[]; norm: number } {
  tf.engine().startScope();
  const { gradients, norm } = arraysOf(clipByGlobalNorm(
    tensorsOf({
      a: float32([2], [3 * scale, 0]),
      deep: { b: float32([1, 1], [4 * scale]) },
    }),
    limit,
  ));
  tf.engine().endScope();
  return {
    a: [...gradients.a.data],
    b: [...gradients.deep.b.data],
    norm: norm.data[0]!,
  };
}

Deno.test("clipByGlobalNorm() scales all gradients by one factor to the limit", () => {
  const { a, b, norm } = clipped(1);
  assert.ok(Math.abs(a[0]! - 0.6) < 1e-6 && Math.abs(b[0]! - 0.8) < 1e-6);
  assert.deepEqual([a[1], norm], [0, 5]);
});

Deno.test("clipByGlobalNorm() leaves gradients within the limit as they are", () => {
  assert.deepEqual(clipped(5), { a: [3, 0], b: [4], norm: 5 });
  assert.deepEqual(clipped(100), { a: [3, 0], b: [4], norm: 5 });
});

Deno.test("clipByGlobalNorm() of zeros gives zeros", () => {
  assert.deepEqual(clipped(1, 0), { a: [0, 0], b: [0], norm: 0 });
});
