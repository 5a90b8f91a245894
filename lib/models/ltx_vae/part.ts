import * as tf from "@tensorflow/tfjs-core";
import * as z from "zod";
import type { VaePart } from "../text_to_video/mod.ts";
import { ltxStride, type LtxVaeConfig } from "./config.ts";
import {
  initLtxVae,
  ltxDecode,
  ltxEncode,
  type LtxVaeParameters,
} from "./ltx_vae.ts";

const coder = z.strictObject({
  widths: z.array(z.int()),
  layers: z.array(z.int()),
  scaling: z.array(z.boolean()),
  causal: z.boolean(),
});

/** The shape of the VAE as its weights keep it. */
export const ltxVaeSettings: z.ZodType<LtxVaeConfig> = z.strictObject({
  latentChannels: z.int(),
  patch: z.int(),
  epsilon: z.number(),
  encoder: coder,
  decoder: coder,
});

/**
 * The VAE of LTX-Video in the place of ours. It gives the first frame a latent
 * frame of its own and each eight others one, while clips here are whole numbers
 * of latent frames long: the first seven frames of a clip are left out, and
 * stand still when it is decoded.
 */
export const LTX_VAE: VaePart<LtxVaeConfig, LtxVaeParameters> = {
  settings: ltxVaeSettings,
  latentChannels: ({ latentChannels }) => latentChannels,
  stride: ltxStride,
  init: initLtxVae,
  encode(parameters, clips, config) {
    const { time } = ltxStride(config);
    const kept = tf.slice(clips, [0, time - 1, 0, 0, 0], [-1, -1, -1, -1, -1]);
    return ltxEncode(parameters, kept, config);
  },
  decode(parameters, latents, config) {
    const { time } = ltxStride(config);
    const clips = ltxDecode(parameters, latents, config);
    const first = tf.slice(clips, [0, 0, 0, 0, 0], [-1, 1, -1, -1, -1]);
    return tf.concat([tf.tile(first, [1, time - 1, 1, 1, 1]), clips], 1);
  },
};
