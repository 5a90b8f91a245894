import * as tf from "@tensorflow/tfjs-core";
import type { Rng } from "../../core/mod.ts";
import {
  attention,
  type AttentionParameters,
  conv3d,
  type Conv3dParameters,
  initAttention,
  initConv3d,
  initNorm,
  type NormParameters,
  rmsNorm,
  rotaryTable,
  silu,
  type Tensors,
} from "../layers/mod.ts";
import type { VaeConfig } from "./config.ts";

/** Attention along time at each place, then a feed-forward layer over neighbours in time. */
export interface TemporalAttentionParameters {
  readonly norm1: NormParameters;
  readonly attention: AttentionParameters;
  readonly norm2: NormParameters;
  readonly feedForward: LocalFeedForwardParameters;
}

/** A feed-forward layer whose second half sees one frame before and after. */
export interface LocalFeedForwardParameters {
  /** `[1,1,1,C,2C]`. */
  readonly up: Conv3dParameters;
  /** `[3,1,1,2C,C]`. */
  readonly down: Conv3dParameters;
}

/** How much wider the middle of the feed-forward layer is. */
const EXPANSION = 2;

/** Makes a layer of `C` channels; its feed-forward half starts as nothing. */
export function initTemporalAttention(
  rng: Rng,
  channels: number,
): TemporalAttentionParameters {
  const inner = EXPANSION * channels;
  return {
    norm1: initNorm(channels),
    attention: initAttention(rng.fork("attention"), channels),
    norm2: initNorm(channels),
    feedForward: {
      up: initConv3d(rng.fork("up"), 1, channels, inner),
      down: initConv3d(rng.fork("down"), [3, 1, 1], inner, channels, 0),
    },
  };
}

/** Wavelengths of the rotary positions, in latent frames. */
const WAVELENGTHS = [2, 64] as const;

/**
 * Lets each place look along time, `attentionWindow` frames before and after:
 * `[B,T,H,W,C] -> [B,T,H,W,C]`, with shortcuts around. A bounded window makes
 * long clips no different from those of training, and lets them be coded in
 * tiles.
 */
export function temporalAttention(
  p: Tensors<TemporalAttentionParameters>,
  x: tf.Tensor,
  { heads, attentionWindow }: Pick<VaeConfig, "heads" | "attentionWindow">,
): tf.Tensor {
  const [B, T, H, W, C] = x.shape as [number, number, number, number, number];
  const places = tf.transpose(
    tf.reshape(rmsNorm(p.norm1, x), [B, T, H * W, C]),
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
  const window = T > attentionWindow + 1
    ? { attentionMask: windowMask(T, attentionWindow) }
    : {};
  const mixed = attention(
    p.attention,
    tf.reshape(places, [B * H * W, T, C]),
    { heads, rotary, ...window },
  );
  const back = tf.transpose(
    tf.reshape(mixed, [B, H * W, T, C]),
    [0, 2, 1, 3],
  );
  const y = tf.add(x, tf.reshape(back, [B, T, H, W, C]));
  const { up, down } = p.feedForward;
  return tf.add(y, conv3d(down, silu(conv3d(up, rmsNorm(p.norm2, y)))));
}

/** `[T,T]`: 1 where two frames are at most `attentionWindow` apart. */
function windowMask(T: number, attentionWindow: number): tf.Tensor {
  return tf.tensor2d(
    Array.from(
      { length: T },
      (_, t) =>
        Array.from(
          { length: T },
          (_, s) => Math.abs(t - s) <= attentionWindow ? 1 : 0,
        ),
    ),
  );
}
