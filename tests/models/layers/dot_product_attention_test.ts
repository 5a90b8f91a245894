import assert from "node:assert/strict";
import * as tf from "@tensorflow/tfjs-core";
import { jit, openDevice, peakBytes, trace } from "lib/compiler/mod.ts";
import { optimise } from "lib/compiler/passes/pipeline.ts";
import { float32, type NdArray } from "lib/core/mod.ts";
import {
  attentionInParts,
  dotProductAttention,
} from "lib/models/layers/_dot_product_attention.ts";
import "../../compiler/_runtime.ts";
import { assertClose, eagerly, random } from "../_eager.ts";

const [B, h, N, M, d] = [2, 3, 4, 5, 2];
const inputs = {
  q: random("q", [B, h, N, d]),
  k: random("k", [B, h, M, d]),
  v: random("v", [B, h, M, d]),
  weight: random("weight", [B, h, N, d]),
};
/** The last of the second clip's keys is padding. */
const mask = float32([B, 1, 1, M], [0, 0, 0, 0, 0, 0, 0, 0, 0, -1e9]);
/** Causal: no token attends to later ones. */
const causal = float32(
  [N, M],
  Array.from({ length: N * M }, (_, i) => i % M > Math.floor(i / M) ? -1e9 : 0),
);

type Inputs = Record<keyof typeof inputs, tf.Tensor>;
type Attend = (
  q: tf.Tensor,
  k: tf.Tensor,
  v: tf.Tensor,
  bias?: tf.Tensor,
) => tf.Tensor;

/** The value, and the gradients of a weighted sum. */
function all(
  fn: Attend,
  bias?: NdArray<"float32">,
): (t: Inputs) => Record<string, tf.Tensor> {
  return ({ q, k, v, weight }) => {
    const added = bias && tf.tensor(bias.data, [...bias.shape]);
    // Computed within what is differentiated, as in a model.
    const computed = (): tf.Tensor | undefined => added && tf.mul(added, 1);
    const [dq, dk, dv] = tf.grads((q, k, v) =>
      tf.sum(tf.mul(fn(q!, k!, v!, computed()), weight))
    )([q, k, v]);
    return { value: fn(q, k, v, added), dq: dq!, dk: dk!, dv: dv! };
  };
}

for (
  const [name, bias] of [
    ["no mask", undefined],
    ["padding", mask],
    ["a causal mask", causal],
  ] as const
) {
  for (const parts of [1, 2, 3]) {
    Deno.test(`attentionInParts() in ${parts}, ${name}, is dotProductAttention(), and its gradient`, async () => {
      const whole = all(
        (q, k, v, bias) => dotProductAttention(q, k, v, bias),
        bias,
      );
      const inParts = all(
        (q, k, v, bias) => attentionInParts(q, k, v, bias, parts),
        bias,
      );
      using device = await openDevice("cpu");
      using compiled = jit(inParts, { device, name: "parts" });
      const found = await compiled.run(inputs as never) as Record<
        string,
        NdArray<"float32">
      >;
      for (const which of ["value", "dq", "dk", "dv"]) {
        const expected = eagerly(inputs, (t) => whole(t)[which]!);
        assertClose(eagerly(inputs, (t) => inParts(t)[which]!), expected, 1e-5);
        assertClose(found[which]!, expected, 1e-5);
      }
    });
  }
}

Deno.test("attentionInParts() keeps the scores of one part alive at a time", () => {
  const shape = [1, 8, 256, 4];
  const tokens = { dtype: "float32", shape } as const;
  const peakOf = (fn: Attend): number =>
    peakBytes(optimise(trace(
      (t: Inputs) => {
        const { value: _, ...gradients } = all(fn)(t);
        return gradients;
      },
      { q: tokens, k: tokens, v: tokens, weight: tokens } as never,
    )));
  const scores = 8 * 256 * 256 * 4;
  const whole = peakOf((q, k, v, bias) => dotProductAttention(q, k, v, bias));
  const inParts = peakOf((q, k, v, bias) => attentionInParts(q, k, v, bias, 8));
  assert.ok(whole > 2 * scores, `${whole / scores} matrices of scores`);
  assert.ok(inParts < scores, `${inParts / scores} matrices of scores`);
});
