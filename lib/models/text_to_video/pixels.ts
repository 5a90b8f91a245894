import * as tf from "@tensorflow/tfjs-core";
import * as z from "zod";
import type { VaePart } from "./parts.ts";

/** Settings of {@link pixels}. */
export interface PixelSettings {
  /** Pixels along a side of a cell. */
  readonly space: number;
  /** Frames of a cell. */
  readonly time: number;
}

/**
 * No VAE: a latent cell holds the pixels of a block, in [-1,1]. It has nothing to
 * train, and diffusion happens in the pixels.
 *
 * @example
 * ```ts
 * import { pixels } from "lib/models/text_to_video/mod.ts";
 * import assert from "node:assert/strict";
 *
 * assert.equal(pixels.latentChannels({ space: 4, time: 2 }), 96);
 * ```
 */
export const pixels: VaePart<PixelSettings, Record<never, never>> = {
  settings: z.strictObject({
    space: z.int().min(1).max(16).default(4)
      .describe("pixels along a side of a latent cell"),
    time: z.int().min(1).max(4).default(2)
      .describe("frames of a latent cell"),
  }),
  latentChannels: ({ space, time }) => 3 * space * space * time,
  stride: ({ space, time }) => ({ space, time }),
  init: () => ({}),
  encode(_parameters, clips, { space: s, time: r }) {
    const [B, T, H, W] = clips.shape as [number, number, number, number];
    const blocks = tf.reshape(clips, [B, T / r, r, H / s, s, (W / s) * s * 3]);
    // [B,t,h,r,s,W*3], then [B,t,h,w,...]: TF.js transposes at most six axes.
    const rows = tf.transpose(blocks, [0, 1, 3, 2, 4, 5]);
    const columns = tf.reshape(rows, [
      B * (T / r),
      H / s,
      r * s,
      W / s,
      s * 3,
    ]);
    const mean = tf.reshape(
      tf.transpose(columns, [0, 1, 3, 2, 4]),
      [B, T / r, H / s, W / s, r * s * s * 3],
    );
    const signed = tf.sub(tf.mul(mean, 2), 1);
    return { mean: signed, logVariance: tf.fill(mean.shape, -30) };
  },
  decode(_parameters, latents, { space: s, time: r }) {
    const [B, t, h, w] = latents.shape as [number, number, number, number];
    const cells = tf.reshape(latents, [B * t, h, w, r * s, s * 3]);
    const columns = tf.transpose(cells, [0, 1, 3, 2, 4]); // [B*t,h,r*s,w,s*3]
    const rows = tf.reshape(columns, [B, t, h, r, s, w * s * 3]);
    const clips = tf.reshape(
      tf.transpose(rows, [0, 1, 3, 2, 4, 5]),
      [B, t * r, h * s, w * s, 3],
    );
    return tf.mul(tf.add(clips, 1), 0.5);
  },
};
