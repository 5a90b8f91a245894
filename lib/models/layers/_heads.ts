import * as tf from "@tensorflow/tfjs-core";
import { attendInParts } from "./_attend_in_parts.ts";

/** Added to the scores of what must not be seen: nothing is left of it after softmax. */
const MASKED = -1e9;

/**
 * Scores that are alive at once: 128 MB of float32. A gradient has two such
 * matrices, and the card of 8 GB that `base` is made for has little room.
 */
const MOST_SCORES = 2 ** 25;

/** Ones and zeros to what is added to scores: 0 and {@link MASKED}. */
export function hidden(mask: tf.Tensor): tf.Tensor {
  return tf.mul(tf.sub(1, mask), MASKED);
}

/** A mask of tokens `[B,N]` as a bias of scores, `[B,1,1,N]`. */
export function biasOf(mask: tf.Tensor): tf.Tensor {
  const [B, N] = mask.shape as [number, number];
  return tf.reshape(hidden(mask), [B, 1, 1, N]);
}

/** Parts features among heads: `[B,N,count*D] -> count of [B,h,N,d]`. */
export function headsOf(
  x: tf.Tensor,
  count: number,
  heads: number,
): tf.Tensor[] {
  const [B, N, width] = x.shape as [number, number, number];
  const apart = tf.reshape(x, [B, N, count, heads, width / count / heads]);
  const parts = tf.transpose(apart, [2, 0, 3, 1, 4]);
  // TF.js has no gradient for an unstack that gives a single tensor.
  return count === 1 ? [tf.squeeze(parts, [0])] : tf.unstack(parts);
}

/** Puts the heads side by side again: `[B,h,N,d] -> [B,N,D]`. */
export function joined(x: tf.Tensor): tf.Tensor {
  const [B, h, N, d] = x.shape as [number, number, number, number];
  return tf.reshape(tf.transpose(x, [0, 2, 1, 3]), [B, N, h * d]);
}

/**
 * `softmax(q k^T + bias) v`: `[B,h,N,d]` with `[B,h,M,d]` `-> [B,h,N,d]`.
 *
 * The gradient is written out. That of softmax needs, for each row of weights,
 * the sum of weights times their gradients, which is the sum of the result
 * times its gradient: taken there it costs `d` numbers a row and not `M`
 * (Dao et al. 2022, FlashAttention, arXiv 2205.14135).
 *
 * Scores of more than {@link MOST_SCORES} are made a few heads at a time.
 */
export function attend(
  q: tf.Tensor,
  k: tf.Tensor,
  v: tf.Tensor,
  bias: tf.Tensor | undefined,
): tf.Tensor {
  const [B, h, N] = q.shape as [number, number, number];
  const parts = Math.min(h, Math.ceil(B * h * N * k.shape[2]! / MOST_SCORES));
  if (parts > 1) return attendInParts(q, k, v, bias, parts);
  const forward = tf.customGrad((...args) => {
    const save = args.pop() as unknown as tf.GradSaveFunc;
    const [q, k, v] = args as [tf.Tensor, tf.Tensor, tf.Tensor];
    const scores = tf.matMul(q, k, false, true); // [B,h,N,M]
    const weights = tf.softmax(bias ? tf.add(scores, bias) : scores);
    const value = tf.matMul(weights, v);
    save([q, k, v, weights, value]);
    return {
      value,
      gradFunc: (dy, saved) => {
        const [q, k, v, weights, value] = saved as tf.Tensor[];
        const sums = tf.sum(tf.mul(dy, value!), -1, true); // [B,h,N,1]
        // One more column subtracts the sums within the product, where a pass
        // of its own would go over all N x M numbers again.
        const centred = tf.matMul(
          tf.concat([dy, tf.neg(sums)], -1),
          tf.concat([v!, tf.onesLike(tf.slice(v!, 0, [-1, -1, -1, 1]))], -1),
          false,
          true,
        );
        const dScores = tf.mul(centred, weights!);
        return [
          tf.matMul(dScores, k!),
          tf.matMul(dScores, q!, true, false),
          tf.matMul(weights!, dy, true, false),
        ];
      },
    };
  });
  return forward(q, k, v);
}
