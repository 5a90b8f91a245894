import * as tf from "@tensorflow/tfjs-core";
import {
  type Device,
  disposeState,
  jitWithState,
  uploadState,
} from "../compiler/mod.ts";
import type { Clip, NdArray } from "../core/mod.ts";
import {
  decode,
  encode,
  type VaeConfig,
  type VaeParameters,
} from "../models/vae/mod.ts";
import { batchOfClips, clipsOfBatch } from "../core/mod.ts";

/** A trained VAE, ready to use. */
export interface Codec extends Disposable {
  /** Clips of one size to the means of their latents, `[B,t,h,w,Z]`. */
  encode(clips: readonly Clip[]): Promise<NdArray<"float32">>;
  /** Latents `[B,t,h,w,Z]` to clips, not clipped to [0,1]. */
  decode(latents: NdArray<"float32">, fps: number): Promise<Clip[]>;
}

/** Puts a VAE on a device and compiles both ways through it. */
export async function openCodec(
  device: Device,
  parameters: VaeParameters,
  config: VaeConfig,
): Promise<Codec> {
  const state = await uploadState(device, parameters);
  const encoder = jitWithState(
    (vae, { clips }: { clips: tf.Tensor }) => ({
      outputs: { latents: encode(vae, clips, config).mean },
    }),
    state,
    { device, name: "VAE encoder" },
  );
  const decoder = jitWithState(
    (vae, { latents }: { latents: tf.Tensor }) => ({
      outputs: { clips: decode(vae, latents, config) },
    }),
    state,
    { device, name: "VAE decoder" },
  );
  return {
    async encode(clips) {
      const { latents } = await encoder.run({ clips: batchOfClips(clips) });
      return latents as NdArray<"float32">;
    },
    async decode(latents, fps) {
      const { clips } = await decoder.run({ latents });
      return clipsOfBatch(clips as NdArray<"float32">, fps);
    },
    [Symbol.dispose]() {
      encoder[Symbol.dispose]();
      decoder[Symbol.dispose]();
      disposeState(state);
    },
  };
}
