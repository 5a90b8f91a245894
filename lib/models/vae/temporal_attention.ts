import * as tf from "@tensorflow/tfjs-core";
import type { Rng } from "../../core/mod.ts";
import {
  attention,
  type AttentionParameters,
  initAttention,
  initNorm,
  type NormParameters,
  rmsNorm,
  rotaryTable,
  type Tensors,
} from "../layers/mod.ts";

/** Attention along time at each place. */
export interface TemporalAttentionParameters {
  readonly norm: NormParameters;
  readonly attention: AttentionParameters;
}

/** Makes a layer of `C` channels. */
export function initTemporalAttention(
  rng: Rng,
  channels: number,
): TemporalAttentionParameters {
  return {
    norm: initNorm(channels),
    attention: initAttention(rng.fork("attention"), channels),
  };
}

/** Wavelengths of the rotary positions, in latent frames. */
const WAVELENGTHS = [2, 64] as const;

/**
 * Lets each place look along time, before and after:
 * `[B,T,H,W,C] -> [B,T,H,W,C]`, with a shortcut around.
 */
export function temporalAttention(
  p: Tensors<TemporalAttentionParameters>,
  x: tf.Tensor,
  heads: number,
): tf.Tensor {
  const [B, T, H, W, C] = x.shape as [number, number, number, number, number];
  const places = tf.transpose(
    tf.reshape(rmsNorm(p.norm, x), [B, T, H * W, C]),
    [0, 2, 1, 3],
  ); // [B,HW,T,C]
  const table = rotaryTable([{
    positions: Array.from({ length: T }, (_, t) => t),
    wavelengths: WAVELENGTHS,
  }], C / heads);
  const rotary = {
    cos: tf.tensor(table.cos.data, [...table.cos.shape]),
    sin: tf.tensor(table.sin.data, [...table.sin.shape]),
  };
  const mixed = attention(
    p.attention,
    tf.reshape(places, [B * H * W, T, C]),
    { heads, rotary },
  );
  const back = tf.transpose(
    tf.reshape(mixed, [B, H * W, T, C]),
    [0, 2, 1, 3],
  );
  return tf.add(x, tf.reshape(back, [B, T, H, W, C]));
}
