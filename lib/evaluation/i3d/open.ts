import * as tf from "@tensorflow/tfjs-core";
import {
  type Device,
  disposeState,
  jitWithState,
  uploadState,
} from "../../compiler/mod.ts";
import type { NdArray } from "../../core/mod.ts";
import type { Loaded } from "../_weights_file.ts";
import {
  type FeatureNetwork,
  paddedBatch,
  rowsOf,
} from "../feature_network.ts";
import { resizeBilinear } from "../resize.ts";
import { I3D_LOGITS, I3D_SIZE } from "./architecture.ts";
import { i3d, type I3dParameters } from "./network.ts";

/** One clip at a time: its first layer alone takes 25 MB. */
const BATCH = 1;

/**
 * Puts I3D on a device, with the preprocessing of FVD: clips in [0,1] are
 * scaled to 224x224 pixels linearly, whatever their aspect, and to [-1,1].
 */
export async function openI3d(
  device: Device,
  { parameters, digest }: Loaded<I3dParameters>,
): Promise<FeatureNetwork> {
  const state = await uploadState(device, parameters);
  const network = jitWithState(
    (p, { clips }: { clips: tf.Tensor }) => ({
      outputs: { features: i3d(p, preprocess(clips)).logits },
    }),
    state,
    { device, name: "i3d" },
  );
  return {
    setting: {
      network: "i3d",
      weights: digest,
      layer: "logits",
      dimension: I3D_LOGITS,
      resize:
        `bilinear to ${I3D_SIZE}x${I3D_SIZE}, centres aligned, no antialiasing`,
    },
    batch: BATCH,
    async featuresOf(clips) {
      const { features } = await network.run({
        clips: paddedBatch(clips, BATCH),
      });
      return rowsOf(features as NdArray, clips.length);
    },
    [Symbol.dispose]() {
      network[Symbol.dispose]();
      disposeState(state);
    },
  };
}

/** `[B,T,H,W,3]` in [0,1] -> `[B,T,224,224,3]` in [-1,1]. */
function preprocess(clips: tf.Tensor): tf.Tensor {
  const [B, T, H, W, C] = (clips as tf.Tensor5D).shape;
  const pictures = tf.reshape(clips, [B * T, H, W, C]);
  const large = resizeBilinear(pictures, I3D_SIZE, I3D_SIZE);
  return tf.sub(tf.mul(tf.reshape(large, [B, T, I3D_SIZE, I3D_SIZE, C]), 2), 1);
}
