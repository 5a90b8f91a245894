import * as tf from "@tensorflow/tfjs-core";

/** Added to the scores of masked tokens: softmax leaves nothing of them. */
const MASKED = -1e9;

/**
 * Scores in memory at once: 128 MB of float32. A gradient holds two such
 * matrices, and the card of 8 GB that `base` is made for has little room.
 */
const MAX_SCORES = 2 ** 25;

/** A mask of ones and zeros as a bias of scores: 0 and {@link MASKED}. */
export function maskBias(mask: tf.Tensor): tf.Tensor {
  return tf.mul(tf.sub(1, mask), MASKED);
}

/** A mask of tokens `[B,N]` as a bias of scores, `[B,1,1,N]`. */
export function tokenMaskBias(mask: tf.Tensor): tf.Tensor {
  const [B, N] = mask.shape as [number, number];
  return tf.reshape(maskBias(mask), [B, 1, 1, N]);
}

/** Splits features into heads: `[B,N,count*D] -> count of [B,h,N,d]`. */
export function splitHeads(
  x: tf.Tensor,
  count: number,
  heads: number,
): tf.Tensor[] {
  const [B, N, width] = x.shape as [number, number, number];
  const split = tf.reshape(x, [B, N, count, heads, width / count / heads]);
  const parts = tf.transpose(split, [2, 0, 3, 1, 4]);
  // TF.js has no gradient for an unstack that gives a single tensor.
  return count === 1 ? [tf.squeeze(parts, [0])] : tf.unstack(parts);
}

/** The inverse for one tensor: `[B,h,N,d] -> [B,N,D]`. */
export function mergeHeads(x: tf.Tensor): tf.Tensor {
  const [B, h, N, d] = x.shape as [number, number, number, number];
  return tf.reshape(tf.transpose(x, [0, 2, 1, 3]), [B, N, h * d]);
}

/**
 * `softmax(q k^T + bias) v`: `[B,h,N,d]` with `[B,h,M,d]` `-> [B,h,N,d]`.
 *
 * The gradient is written out. Softmax needs, for each row of weights, the sum
 * of weights times their gradients, which equals the sum of the result times
 * its gradient: taken there it costs `d` numbers a row and not `M` (Dao et al.
 * 2022, FlashAttention, arXiv 2205.14135).
 *
 * More than {@link MAX_SCORES} scores are computed a few heads at a time.
 *
 * @param q Scaled queries.
 */
export function dotProductAttention(
  q: tf.Tensor,
  k: tf.Tensor,
  v: tf.Tensor,
  bias: tf.Tensor | undefined,
): tf.Tensor {
  const [B, h, N] = q.shape as [number, number, number];
  const parts = Math.min(h, Math.ceil(B * h * N * k.shape[2]! / MAX_SCORES));
  if (parts > 1) return attentionInParts(q, k, v, bias, parts);
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
        // One more column subtracts the sums within the product; a subtraction
        // would pass over all N x M numbers again.
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

/**
 * {@link dotProductAttention} a share of the heads at a time. No scores are
 * kept for the gradient, which recomputes them from the sums that normalise
 * them (FlashAttention, with whole rows in the place of tiles).
 *
 * The gradient works on transposed scores: they cost the same, and a runtime
 * that merges equal work does not recognise them as those of the forward pass,
 * which it would have to keep. The results of a part are concatenated before
 * those of all parts are, so that a part is finished before the next one begins
 * (docs/compiler.md, "Memory").
 *
 * @param bias Added to scores; its last two axes are `[N,M]`, or 1.
 * @param parts How many; as many as heads at most.
 */
export function attentionInParts(
  q: tf.Tensor,
  k: tf.Tensor,
  v: tf.Tensor,
  bias: tf.Tensor | undefined,
  parts: number,
): tf.Tensor {
  const sizes = headCounts(q.shape[1]!, parts);
  const forward = tf.customGrad((...args) => {
    const save = args.pop() as unknown as tf.GradSaveFunc;
    const [q, k, v] = (args as tf.Tensor[]).map((x) => tf.split(x, sizes, 1));
    const done = sizes.map((_, i) => {
      const scores = withBias(tf.matMul(q![i]!, k![i]!, false, true), bias);
      const top = tf.max(scores, -1, true); // [B,h',N,1]
      const weights = tf.exp(tf.sub(scores, top));
      const total = tf.sum(weights, -1, true);
      return tf.concat([
        tf.div(tf.matMul(weights, v![i]!), total),
        tf.add(top, tf.log(total)),
      ], -1);
    });
    const [value, logTotal] = tf.split(
      tf.concat(done, 1),
      [v![0]!.shape[3]!, 1],
      -1,
    ) as [tf.Tensor, tf.Tensor];
    // The bias as well: TF.js disposes of what was computed and is not saved.
    save([...args as tf.Tensor[], value, logTotal, ...(bias ? [bias] : [])]);
    return {
      value,
      gradFunc: (dy, saved) => {
        const sums = tf.sum(tf.mul(dy, saved[3]!), -1, true); // [B,h,N,1]
        const across = saved[5] && transposed(saved[5]);
        const [q, k, v, logTotal, dValue, centre] = [
          saved[0]!,
          saved[1]!,
          saved[2]!,
          transposed(saved[4]!), // [B,h,1,N]
          dy,
          tf.neg(sums),
        ].map((x) => tf.split(x, sizes, 1));
        const gradients = sizes.map((_, i) => {
          const scores = withBias(
            tf.matMul(k![i]!, q![i]!, false, true),
            across,
          ); // [B,h',M,N]
          const weights = tf.exp(tf.sub(scores, logTotal![i]!));
          const ones = tf.onesLike(tf.slice(v![i]!, 0, [-1, -1, -1, 1]));
          const centred = tf.matMul(
            tf.concat([v![i]!, ones], -1),
            tf.concat([dValue![i]!, centre![i]!], -1),
            false,
            true,
          );
          const dScores = tf.mul(centred, weights);
          return tf.concat([
            tf.matMul(dScores, k![i]!, true, false),
            tf.matMul(dScores, q![i]!),
            tf.matMul(weights, dValue![i]!),
          ], 2); // [B,h',N+2M,d]
        });
        const lengths = saved.slice(0, 3).map((x) => x!.shape[2]!);
        return tf.split(tf.concat(gradients, 1), lengths, 2);
      },
    };
  });
  return forward(q, k, v);
}

/** Heads of each part, as even as possible. */
function headCounts(heads: number, parts: number): number[] {
  return Array.from(
    { length: parts },
    (_, i) =>
      Math.floor((i + 1) * heads / parts) - Math.floor(i * heads / parts),
  );
}

function withBias(scores: tf.Tensor, bias: tf.Tensor | undefined): tf.Tensor {
  return bias ? tf.add(scores, bias) : scores;
}

/** The last two axes swapped. */
function transposed(x: tf.Tensor): tf.Tensor {
  const axes = x.shape.map((_, axis) => axis);
  return tf.transpose(x, [...axes.slice(0, -2), axes.at(-1)!, axes.at(-2)!]);
}
