import * as tf from "@tensorflow/tfjs-core";

/**
 * Attention whose scores do not fit into memory at once: a share of the heads
 * after the other, and nothing of the scores is kept for the gradient, which
 * makes them again from the sums that normalise them (Dao et al. 2022,
 * FlashAttention, arXiv 2205.14135, with whole rows in the place of tiles).
 *
 * The gradient works on transposed scores. They are no dearer, and a runtime
 * that merges equal work does not recognise them as those of the forward pass,
 * which it would have to keep. The results of a part are put together before
 * those of all parts are: so a part is done with before the next one begins
 * (docs/compiler.md, "Memory").
 *
 * @param q `[B,h,N,d]`
 * @param k `[B,h,M,d]`
 * @param v `[B,h,M,d]`
 * @param bias Added to scores; its last two axes are `[N,M]`, or 1.
 * @param parts How many; as many as heads at most.
 * @returns `[B,h,N,d]`
 */
export function attendInParts(
  q: tf.Tensor,
  k: tf.Tensor,
  v: tf.Tensor,
  bias: tf.Tensor | undefined,
  parts: number,
): tf.Tensor {
  const sizes = sharesOf(q.shape[1]!, parts);
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

/** Heads of each part, as even as can be. */
function sharesOf(heads: number, parts: number): number[] {
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
