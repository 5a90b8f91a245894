import * as tf from "@tensorflow/tfjs-core";
import {
  type Compiled,
  type Device,
  disposeState,
  flopsOf,
  jitWithState,
  uploadState,
} from "../../compiler/mod.ts";
import {
  CHANNELS,
  type Clip,
  InputError,
  type NdArray,
  zeros,
} from "../../core/mod.ts";
import {
  type FeatureNetwork,
  filledBatch,
  rowsOf,
} from "../feature_network.ts";
import { resizeBilinear } from "../resize.ts";
import {
  I3D_LEAST_FRAMES,
  I3D_LOGITS,
  I3D_POOLED,
  I3D_SIZE,
} from "./architecture.ts";
import { i3d } from "./network.ts";
import type { LoadedI3d } from "./weights.ts";

/** Which output stands for a clip; FVD is defined on the logits. */
export type I3dLayer = "logits" | "pooled";

/** I3D on a device. */
export interface I3dNetwork extends FeatureNetwork {
  /** Floating-point operations for one clip of so many frames of so many pixels. */
  flopsOf(frames: number, height: number, width: number): number;
}

/** A clip's first layer alone takes 25 MB. */
const BATCH = 1;

/**
 * Puts I3D on a device, with the preprocessing of FVD: clips in [0,1] are
 * scaled to 224x224 pixels linearly, whatever their aspect, and to [-1,1].
 */
export async function openI3d(
  device: Device,
  { parameters, digest }: LoadedI3d,
  layer: I3dLayer = "logits",
): Promise<I3dNetwork> {
  const state = await uploadState(device, parameters);
  const looking = jitWithState(
    (p, { clips }: { clips: tf.Tensor }) => ({
      outputs: { features: i3d(p, preprocess(clips))[layer] },
    }),
    state,
    { device, name: "i3d" },
  ) as Compiled<{ clips: NdArray }, { features: tf.Tensor }>;
  return {
    name: "i3d",
    weights: digest,
    layer,
    dimension: layer === "logits" ? I3D_LOGITS : I3D_POOLED,
    resize:
      `bilinear to ${I3D_SIZE}x${I3D_SIZE}, centres aligned, no antialiasing`,
    batch: BATCH,
    async featuresOf(clips) {
      clips.forEach(checkLength);
      const { features } = await looking.run({
        clips: filledBatch(clips, BATCH),
      });
      return rowsOf(features, clips.length);
    },
    flopsOf: (frames, height, width) =>
      flopsOf(
        looking.prepare({
          clips: zeros([BATCH, frames, height, width, CHANNELS]),
        }),
      ) / BATCH,
    [Symbol.dispose]() {
      looking[Symbol.dispose]();
      disposeState(state);
    },
  };
}

/** `[B,T,H,W,3]` in [0,1] -> `[B,T,224,224,3]` in [-1,1]. */
function preprocess(clips: tf.Tensor): tf.Tensor {
  const [B, T, H, W, C] = clips.shape as [
    number,
    number,
    number,
    number,
    number,
  ];
  const pictures = tf.reshape(clips, [B * T, H, W, C]);
  const large = resizeBilinear(pictures, I3D_SIZE, I3D_SIZE);
  return tf.sub(tf.mul(tf.reshape(large, [B, T, I3D_SIZE, I3D_SIZE, C]), 2), 1);
}

function checkLength({ frames }: Clip): void {
  if (frames >= I3D_LEAST_FRAMES) return;
  throw new InputError(
    `Cannot look at a clip with I3D: it must have at least ` +
      `${I3D_LEAST_FRAMES} frames: it has ${frames}; pass longer clips`,
  );
}
