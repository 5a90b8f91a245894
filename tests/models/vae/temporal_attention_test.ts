import assert from "node:assert/strict";
import * as tf from "@tensorflow/tfjs-core";
import { float32, type NdArray, Rng } from "lib/core/mod.ts";
import {
  initTemporalAttention,
  temporalAttention,
} from "lib/models/vae/temporal_attention.ts";
import { eagerly, filled, random, valueAt } from "../_eager.ts";

const SEEING = { heads: 2, attentionWindow: 8 };

Deno.test("temporalAttention() attends along time alone", () => {
  const p = initTemporalAttention(new Rng(1), 8);
  const x = random("x", [1, 3, 2, 2, 8]);
  const other = float32(x.shape, x.data);
  // The last frame, second row, first column.
  other.data.fill(2, ((2 * 2 + 1) * 2 + 0) * 8, ((2 * 2 + 1) * 2 + 1) * 8);
  const run = (x: NdArray): NdArray =>
    eagerly({ p, x }, ({ p, x }) => temporalAttention(p, x, SEEING));
  const [before, after] = [run(x), run(other)];
  const moved = filled(
    [3, 2, 2],
    (t, h, w) =>
      Math.max(...Array.from({ length: 8 }, (_, c) =>
        Math.abs(
          valueAt(after, 0, t, h, w, c) - valueAt(before, 0, t, h, w, c),
        ))),
  );
  for (const [i, much] of Array.from(moved.data).entries()) {
    const same = i % 4 === 2;
    assert.ok(same ? much > 1e-3 : much === 0, `place ${i} moved by ${much}`);
  }
});

Deno.test("temporalAttention() depends on the order of frames", () => {
  const p = initTemporalAttention(new Rng(1), 8);
  const x = random("x", [1, 4, 1, 1, 8]);
  // Without positions, turning time round would only turn the result round.
  const moved = eagerly({ p, x }, ({ p, x }) => {
    const round = (y: tf.Tensor): tf.Tensor => tf.reverse(y, 1);
    const [forth, back] = [x, round(x)].map((y) =>
      temporalAttention(p, y, SEEING)
    );
    return tf.max(tf.abs(tf.sub(forth!, round(back!))));
  });
  assert.ok(moved.data[0]! > 1e-3);
});
