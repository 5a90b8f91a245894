import * as tf from "@tensorflow/tfjs-core";
import { type NdArray, zeros } from "lib/core/mod.ts";
import { initNorm, type Tensors } from "lib/models/layers/mod.ts";

/** PyTorch's default. */
const EPSILON = 1e-5;

/** Scale and shift of each channel, `[C]`. */
export interface GroupNormParameters {
  readonly weight: NdArray;
  readonly bias: NdArray;
}

/** Makes a group norm that starts with scale one and shift zero. */
export function initGroupNorm(channels: number): GroupNormParameters {
  return { weight: initNorm(channels).scale, bias: zeros([channels]) };
}

/**
 * Norms each group of neighbouring channels over all cells of a clip
 * (Wu & He 2018, arXiv 1803.08494): `[B,T,H,W,C] -> [B,T,H,W,C]`.
 *
 * The groups are put together from the means of their channels, so that whole
 * clips are only ever worked on channel by channel: a row of `C` numbers is
 * much faster to walk than rows of `C / groups`.
 */
export function groupNorm(
  { weight, bias }: Tensors<GroupNormParameters>,
  x: tf.Tensor,
  groups: number,
): tf.Tensor {
  const B = x.shape[0]!;
  const C = x.shape.at(-1)!;
  const grouped = [B, groups, C / groups];
  const cells = tf.reshape(x, [B, x.size / B / C, C]);
  const mean = tf.mean(cells, 1, true); // [B,1,C]
  const centred = tf.sub(cells, mean);
  const own = tf.reshape(tf.mean(tf.square(centred), 1), grouped);
  const means = tf.reshape(mean, grouped);
  const offset = tf.sub(means, tf.mean(means, 2, true)); // [B,G,C/G]
  const variance = tf.mean(tf.add(own, tf.square(offset)), 2, true);
  const scale = tf.mul(
    tf.rsqrt(tf.add(variance, EPSILON)),
    tf.reshape(weight, [groups, C / groups]),
  ); // [B,G,C/G]
  const shift = tf.add(
    tf.mul(offset, scale),
    tf.reshape(bias, [groups, C / groups]),
  );
  const flat = [B, 1, C];
  const normed = tf.add(
    tf.mul(centred, tf.reshape(scale, flat)),
    tf.reshape(shift, flat),
  );
  return tf.reshape(normed, x.shape);
}
