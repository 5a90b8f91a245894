import * as tf from "@tensorflow/tfjs-core";
import { type NdArray, zeros } from "lib/core/mod.ts";
import { ones, type Tensors } from "lib/models/layers/mod.ts";

/** PyTorch's default. */
const EPSILON = 1e-5;

/** Scale and shift of each channel, `[C]`. */
export interface GroupNormParameters {
  readonly weight: NdArray;
  readonly bias: NdArray;
}

/** Makes a group norm that starts with scale one and shift zero. */
export function initGroupNorm(channels: number): GroupNormParameters {
  return { weight: ones([channels]), bias: zeros([channels]) };
}

/**
 * Norms each group of neighbouring channels over all cells of a clip
 * (Wu & He 2018, arXiv 1803.08494): `[B,T,H,W,C] -> [B,T,H,W,C]`.
 */
export function groupNorm(
  { weight, bias }: Tensors<GroupNormParameters>,
  x: tf.Tensor,
  groups: number,
): tf.Tensor {
  const B = x.shape[0]!;
  const C = x.shape.at(-1)!;
  const grouped = tf.reshape(x, [B, x.size / B / C, groups, C / groups]);
  const centred = tf.sub(grouped, tf.mean(grouped, [1, 3], true));
  const variance = tf.mean(tf.square(centred), [1, 3], true);
  const normed = tf.mul(centred, tf.rsqrt(tf.add(variance, EPSILON)));
  return tf.add(tf.mul(tf.reshape(normed, x.shape), weight), bias);
}
