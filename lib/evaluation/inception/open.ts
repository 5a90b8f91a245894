import * as tf from "@tensorflow/tfjs-core";
import {
  type Device,
  disposeState,
  jitWithState,
  uploadState,
} from "../../compiler/mod.ts";
import {
  CHANNELS,
  type Clip,
  float32,
  InputError,
  type NdArray,
} from "../../core/mod.ts";
import type { Loaded } from "../_weights_file.ts";
import type { FeatureNetwork } from "../feature_network.ts";
import { requireSameShape } from "../psnr.ts";
import { resizeBilinear } from "../resize.ts";
import { INCEPTION_SIZE, INCEPTION_TAPS } from "./architecture.ts";
import { inceptionLayers, type InceptionParameters } from "./network.ts";
import { pictureDistance } from "./picture_distance.ts";

/** The layer of the features. */
const LAYER = "mixed5";

/** Factor on the changes: makes them about as varied over real clips as the means. */
const CHANGE = 4;

/** Frames at a time: the first layers of one take 20 MB. */
const BATCH = 4;

/** InceptionV3 on a device. */
export interface InceptionNetwork extends FeatureNetwork {
  /**
   * The mean distance of the frames of two clips in [0,1], from 0 for equal
   * ones: {@link pictureDistance}.
   *
   * @throws {TypeError} if the clips differ in shape
   * @throws {InputError} if a side has fewer than 27 pixels
   */
  distance(a: Clip, b: Clip): Promise<number>;
}

/**
 * Puts InceptionV3 on a device as a network of clips. The features of a clip
 * are the means over places of layer `mixed5`: their mean over frames, and
 * four times their mean absolute change from frame to frame, by which frozen
 * clips differ.
 */
export async function openInception(
  device: Device,
  { parameters, digest }: Loaded<InceptionParameters>,
): Promise<InceptionNetwork> {
  const state = await uploadState(device, parameters);
  const network = jitWithState(
    (p, { pictures }: { pictures: tf.Tensor }) => {
      const size = INCEPTION_SIZE;
      const large = resizeBilinear(pictures, size, size, { antialias: true });
      const layers = inceptionLayers(p, signed(large), [LAYER]);
      return { outputs: { features: tf.mean(layers[LAYER], [1, 2]) } };
    },
    state,
    { device, name: "inception" },
  );
  const pairs = jitWithState(
    (p, { a, b }: { a: tf.Tensor; b: tf.Tensor }) => ({
      outputs: { distances: pictureDistance(p, signed(a), signed(b)) },
    }),
    state,
    { device, name: "picture distance" },
  );
  return {
    setting: {
      network: "inception",
      weights: digest,
      layer: `${LAYER}, mean and ${CHANGE} x change over frames`,
      dimension: 2 * INCEPTION_TAPS[LAYER].channels,
      resize:
        `bilinear to ${INCEPTION_SIZE}x${INCEPTION_SIZE}, centres aligned, antialiasing`,
    },
    batch: 1,
    async featuresOf(clips) {
      const rows = [];
      for (const clip of clips) {
        const frames: Float32Array[] = [];
        for (let at = 0; at < clip.frames; at += BATCH) {
          const count = Math.min(BATCH, clip.frames - at);
          const { features } = await network.run({
            pictures: paddedPictures(clip, at, count),
          });
          const { data } = features as NdArray<"float32">;
          const width = data.length / BATCH;
          for (let i = 0; i < count; i++) {
            frames.push(data.subarray(i * width, (i + 1) * width));
          }
        }
        rows.push(meanAndChange(frames));
      }
      return rows;
    },
    async distance(a, b) {
      requireSameShape(a, b);
      let sum = 0;
      for (let at = 0; at < a.frames; at += BATCH) {
        const count = Math.min(BATCH, a.frames - at);
        const { distances } = await pairs.run({
          a: paddedPictures(a, at, count),
          b: paddedPictures(b, at, count),
        });
        const { data } = distances as NdArray<"float32">;
        for (let i = 0; i < count; i++) sum += data[i]!;
      }
      return sum / a.frames;
    },
    [Symbol.dispose]() {
      network[Symbol.dispose]();
      pairs[Symbol.dispose]();
      disposeState(state);
    },
  };
}

/** `[BATCH,H,W,3]`: frames from `at` on, the last of them repeated. */
function paddedPictures(
  { height, width, data }: Clip,
  at: number,
  count: number,
): NdArray<"float32"> {
  const size = height * width * CHANNELS;
  const pictures = new Float32Array(BATCH * size);
  for (let i = 0; i < BATCH; i++) {
    const frame = at + Math.min(i, count - 1);
    pictures.set(data.subarray(frame * size, (frame + 1) * size), i * size);
  }
  return float32([BATCH, height, width, CHANNELS], pictures);
}

/** `[2D]`: mean of frames' features, and mean absolute change from one to the next, times 4. */
function meanAndChange(frames: readonly Float32Array[]): Float32Array {
  if (frames.length < 2) {
    throw new InputError(
      `Cannot compute features of a clip: it must have at least 2 frames: ` +
        `current count is ${frames.length}; pass longer clips`,
    );
  }
  const D = frames[0]!.length;
  const row = new Float32Array(2 * D);
  for (const [t, frame] of frames.entries()) {
    for (let k = 0; k < D; k++) {
      row[k]! += frame[k]! / frames.length;
      if (t === 0) continue;
      row[D + k]! += CHANGE * Math.abs(frame[k]! - frames[t - 1]![k]!) /
        (frames.length - 1);
    }
  }
  return row;
}

/** [0,1] -> [-1,1]. */
function signed(x: tf.Tensor): tf.Tensor {
  return tf.sub(tf.mul(x, 2), 1);
}
