import * as tf from "@tensorflow/tfjs-core";
import {
  type Clip,
  clipShape,
  type NdArray,
  sameShape,
  shapeText,
  zeros,
} from "../core/mod.ts";
import type { ClipShape } from "../dataset/batches/mod.ts";
import type { FeatureSetting } from "./distribution/mod.ts";

/** A feature network on a device: clips to rows of features. */
export interface FeatureNetwork extends Disposable {
  /** `world3d` or `i3d`. */
  readonly name: string;
  /** SHA-256 of its weights, hexadecimal. */
  readonly weights: string;
  /** Which of its outputs. */
  readonly layer: string;
  /** Features of a clip, D. */
  readonly dimension: number;
  /** The only shape of clips that it takes; any shape if absent. */
  readonly shape?: ClipShape;
  /** How frames are scaled to the network's size. */
  readonly resize: string;
  /** Clips of one batch; smaller batches are padded, so that a clip's features never depend on its neighbours. */
  readonly batch: number;
  /**
   * The features of up to {@link batch} clips of one shape, one row of D each.
   *
   * @throws {InputError} if the clips do not suit the network
   */
  featuresOf(clips: readonly Clip[]): Promise<Float32Array[]>;
}

/**
 * All that the features of clips of this shape depend on.
 *
 * @param size Pixels of the videos before they were decoded for the network;
 *   default: those of the clip.
 *
 * @example
 * ```ts
 * import { settingOf } from "lib/evaluation/mod.ts";
 * import assert from "node:assert/strict";
 *
 * const network = { name: "i3d", weights: "ab", layer: "logits", dimension: 400, resize: "bilinear" };
 * const setting = settingOf(network, { frames: 16, fps: 8, height: 64, width: 96 });
 * assert.equal(setting.size, "96x64");
 * ```
 */
export function settingOf(
  { name, weights, layer, dimension, resize }: Omit<
    FeatureNetwork,
    "batch" | "shape" | "featuresOf" | typeof Symbol.dispose
  >,
  { frames, fps, height, width }: ClipShape,
  size = `${width}x${height}`,
): FeatureSetting {
  return {
    network: name,
    weights,
    layer,
    dimension,
    frames,
    fps,
    size,
    resize,
  };
}

/**
 * Stacks up to `batch` clips of one shape, `[batch,T,H,W,3]`; the rest is
 * black.
 *
 * @throws {TypeError} if the clips differ in shape
 */
export function filledBatch(
  clips: readonly Clip[],
  batch: number,
): NdArray<"float32"> {
  const shape = clipShape(clips[0]!);
  const filled = zeros([batch, ...shape]);
  clips.forEach((clip, i) => {
    if (!sameShape(clipShape(clip), shape)) {
      throw new TypeError(
        `Cannot batch clips: shapes must be the same: current shapes are ` +
          `${shapeText(shape)} and ${shapeText(clipShape(clip))}`,
      );
    }
    filled.data.set(clip.data, i * clip.data.length);
  });
  return filled;
}

/** The first `count` rows of `[B,D]`, each with memory of its own. */
export function rowsOf(
  { shape, data }: NdArray,
  count: number,
): Float32Array<ArrayBuffer>[] {
  const width = shape[1]!;
  return Array.from(
    { length: count },
    (_, i) => Float32Array.from(data.subarray(i * width, (i + 1) * width)),
  );
}

/**
 * Difference of two batches along channels that are scaled to length 1 at each
 * place, as LPIPS compares them: `[2N,...,C]`, both batches one after the
 * other, `-> [N,...,C]`.
 */
export function channelDifference(layer: tf.Tensor): tf.Tensor {
  const length = tf.sqrt(tf.sum(tf.square(layer), -1, true));
  const unit = tf.div(layer, tf.add(length, 1e-10));
  const [a, b] = tf.split(unit, 2) as [tf.Tensor, tf.Tensor];
  return tf.sub(a, b);
}
