import * as tf from "@tensorflow/tfjs-core";
import { zeros } from "lib/core/mod.ts";
import { layerNorm } from "lib/models/layers/mod.ts";
import { random } from "../_eager.ts";

/** Samples, tokens and channels. */
export const [B, N, D] = [2, 8, 8];

/** Tokens, `[B,N,D]`. */
export const x = random("x", [B, N, D]);

/** Modulation that blocks share, `[B,6,D]`. */
export const shared = random("shared", [B, 6, D]);

/** The same where all gates are closed. */
export const closed = zeros([B, 6, D]);

/**
 * `gate * inner(norm(x) * (1 + scale) + shift)`, where shift, scale and gate are
 * the vectors `first`, `first + 1` and `first + 2`: the block's own plus what
 * blocks share.
 */
export function branch(
  x: tf.Tensor,
  { shared, own, first }: {
    readonly shared: tf.Tensor;
    readonly own: tf.Tensor;
    readonly first: number;
  },
  inner: (x: tf.Tensor) => tf.Tensor,
): tf.Tensor {
  const [shift, scale, gate] = [first, first + 1, first + 2].map((k) =>
    tf.add(
      tf.slice(shared, [0, k, 0], [B, 1, D]),
      tf.slice(own, [k, 0], [1, D]),
    )
  ) as [tf.Tensor, tf.Tensor, tf.Tensor];
  return tf.mul(
    gate,
    inner(tf.add(tf.mul(layerNorm(x), tf.add(1, scale)), shift)),
  );
}
