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
  sequenceRotary,
  silu,
  type Tensors,
} from "../layers/mod.ts";
import type { VaeConfig } from "./config.ts";

/** Attention along time at each place, then a feed-forward layer. */
export interface TemporalAttentionParameters {
  readonly norm1: NormParameters;
  readonly attention: AttentionParameters;
  readonly norm2: NormParameters;
  /** A feed-forward layer whose second half spans three frames. */
  readonly feedForward: {
    /** `[1,1,1,C,2C]`. */
    readonly up: Conv3dParameters;
    /** `[3,1,1,2C,C]`. */
    readonly down: Conv3dParameters;
  };
}

/** Width of the hidden layer over that of the input. */
const EXPANSION = 2;

/** Makes a layer of `C` channels; its feed-forward half starts as the identity. */
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

/** Shortest and longest wavelength of the rotary positions, in latent frames. */
const WAVELENGTHS = [2, 64] as const;

/**
 * Attention along time within a window of `attentionWindow` frames before and
 * after: `[B,T,H,W,C] -> [B,T,H,W,C]`. The window makes clips longer than those
 * of training nothing new, and tiles in time possible.
 */
export function temporalAttention(
  p: Tensors<TemporalAttentionParameters>,
  x: tf.Tensor,
  { heads, attentionWindow }: Pick<VaeConfig, "heads" | "attentionWindow">,
): tf.Tensor {
  const [B, T, H, W, C] = x.shape as [number, number, number, number, number];
  const swapped = (x: tf.Tensor, shape: number[]): tf.Tensor =>
    tf.transpose(tf.reshape(x, shape), [0, 2, 1, 3]);
  const sequences = swapped(rmsNorm(p.norm1, x), [B, T, H * W, C]); // [B,HW,T,C]
  const rotary = sequenceRotary(T, WAVELENGTHS, C / heads);
  const mixed = attention(
    p.attention,
    tf.reshape(sequences, [B * H * W, T, C]),
    {
      heads,
      rotary,
      ...(T > attentionWindow + 1 && {
        attentionMask: windowMask(T, attentionWindow),
      }),
    },
  );
  const back = swapped(mixed, [B, H * W, T, C]); // [B,T,HW,C]
  const y = tf.add(x, tf.reshape(back, [B, T, H, W, C]));
  const { up, down } = p.feedForward;
  return tf.add(y, conv3d(down, silu(conv3d(up, rmsNorm(p.norm2, y)))));
}

/** `[T,T]`: 1 where two frames are at most `attentionWindow` apart. */
function windowMask(T: number, attentionWindow: number): tf.Tensor {
  const frames = Array.from({ length: T }, (_, t) => t);
  return tf.tensor2d(
    frames.map((t) =>
      frames.map((s) => Math.abs(t - s) <= attentionWindow ? 1 : 0)
    ),
  );
}
