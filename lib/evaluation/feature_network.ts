import * as tf from "@tensorflow/tfjs-core";
import {
  batchOfClips,
  type Clip,
  type NdArray,
  unstackArrays,
} from "../core/mod.ts";
import type { ClipShape } from "../dataset/batches/mod.ts";
import type { FeatureSetting } from "./distribution/mod.ts";

/** A feature network on a device: clips to rows of features. */
export interface FeatureNetwork extends Disposable {
  /** How its features are computed, whatever the shape of the clips. */
  readonly setting: Omit<FeatureSetting, "frames" | "fps" | "size">;
  /** The only shape of clips that it takes; any shape if absent. */
  readonly shape?: ClipShape;
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
 */
export function settingOf(
  { setting }: Pick<FeatureNetwork, "setting">,
  { frames, fps, height, width }: ClipShape,
  size = `${width}x${height}`,
): FeatureSetting {
  return { ...setting, frames, fps, size };
}

/** A batch `[size,T,H,W,3]` of up to `size` clips of one shape; the last one fills the rest. */
export function paddedBatch(
  clips: readonly Clip[],
  size: number,
): NdArray<"float32"> {
  return batchOfClips(
    Array.from({ length: size }, (_, i) => clips[i] ?? clips.at(-1)!),
  );
}

/** The first `count` rows of `[B,D]`. */
export function rowsOf(features: NdArray, count: number): Float32Array[] {
  return unstackArrays(features as NdArray<"float32">).slice(0, count)
    .map(({ data }) => data);
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
