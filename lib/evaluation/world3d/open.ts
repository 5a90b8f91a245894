import * as tf from "@tensorflow/tfjs-core";
import {
  type Device,
  disposeState,
  jitWithState,
  uploadState,
} from "../../compiler/mod.ts";
import {
  batchOfClips,
  type Clip,
  InputError,
  type NdArray,
} from "../../core/mod.ts";
import type { ClipShape } from "../../dataset/batches/mod.ts";
import {
  channelDifference,
  type FeatureNetwork,
  paddedBatch,
  rowsOf,
} from "../feature_network.ts";
import { shapeOf, WORLD_TASKS, type WorldTask } from "./config.ts";
import { world3d } from "./network.ts";
import type { LoadedWorld3d } from "./weights.ts";

/** Features and classes of a clip. */
export interface World3dPrediction {
  /** `[D]`. */
  readonly features: Float32Array;
  /** The likeliest class of each task. */
  readonly classes: Readonly<Record<WorldTask, string>>;
}

/** A world3d network on a device. */
export interface World3dNetwork extends FeatureNetwork {
  readonly shape: ClipShape;
  /** Features and classes of up to `batch` clips. */
  predict(clips: readonly Clip[]): Promise<World3dPrediction[]>;
  /**
   * Perceptual distance of two clips, from 0 for equal ones: the squared
   * distance of channels of unit length, averaged over places and inner
   * layers. It is built like LPIPS, but is not LPIPS.
   */
  distance(a: Clip, b: Clip): Promise<number>;
}

/** Clips of one batch. */
const BATCH = 16;

/**
 * Puts a trained network on a device.
 *
 * @example
 * ```ts
 * import { openDevice } from "lib/compiler/mod.ts";
 * import { Rng } from "lib/core/mod.ts";
 * import { initWorld3d, openWorld3d } from "lib/evaluation/mod.ts";
 * import assert from "node:assert/strict";
 *
 * const config = {
 *   frames: 8, size: 32, fps: 8, stills: 2, still: [8, 8, 8], motion: [8, 8, 8], features: [8, 8],
 *   classes: { object: ["cat", "dog"], colour: ["red"], motion: ["left"], camera: ["still"] },
 * } satisfies Parameters<typeof initWorld3d>[0];
 * const parameters = initWorld3d(config, new Rng(1));
 * using device = await openDevice("cpu");
 * using network = await openWorld3d(device, { config, parameters, digest: "untrained" });
 * const clip = { frames: 8, height: 32, width: 32, fps: 8, data: new Float32Array(8 * 32 * 32 * 3) };
 * const [prediction] = await network.predict([clip]);
 * assert.equal(prediction!.features.length, 16);
 * assert.equal(prediction!.classes.colour, "red");
 * ```
 */
export async function openWorld3d(
  device: Device,
  { config, parameters, digest }: LoadedWorld3d,
): Promise<World3dNetwork> {
  const shape = shapeOf(config);
  const state = await uploadState(device, parameters);
  const classifier = jitWithState(
    (p, { clips }: { clips: tf.Tensor }) => {
      const { features, logits } = world3d(p, clips, config);
      return { outputs: { features, logits } };
    },
    state,
    { device, name: "world3d" },
  );
  const metric = jitWithState(
    (p, { clips }: { clips: tf.Tensor }) => ({
      outputs: { distance: layerDistance(world3d(p, clips, config).layers) },
    }),
    state,
    { device, name: "world3d distance" },
  );
  const predict = async (
    clips: readonly Clip[],
  ): Promise<World3dPrediction[]> => {
    clips.forEach((clip) => checkShape(clip, shape));
    const { features, logits } = await classifier.run({
      clips: paddedBatch(clips, BATCH),
    }) as { features: NdArray; logits: Record<WorldTask, NdArray> };
    return rowsOf(features, clips.length).map((features, i) => ({
      features,
      classes: Object.fromEntries(
        WORLD_TASKS.map((task) => [
          task,
          config.classes[task][likeliest(logits[task], i)]!,
        ]),
      ) as Record<WorldTask, string>,
    }));
  };
  return {
    shape,
    setting: {
      network: "world3d",
      weights: digest,
      layer: "features",
      dimension: config.features[0] + config.features[1],
      resize: "none",
    },
    batch: BATCH,
    predict,
    featuresOf: async (clips) =>
      (await predict(clips)).map(({ features }) => features),
    async distance(a, b) {
      checkShape(a, shape);
      checkShape(b, shape);
      const { distance } = await metric.run({ clips: batchOfClips([a, b]) });
      return (distance as NdArray).data[0]!;
    },
    [Symbol.dispose]() {
      classifier[Symbol.dispose]();
      metric[Symbol.dispose]();
      disposeState(state);
    },
  };
}

/** Index of the largest of a row of `[B,K]`. */
function likeliest({ shape, data }: NdArray, row: number): number {
  const classes = shape[1]!;
  let best = 0;
  for (let k = 1; k < classes; k++) {
    if (data[row * classes + k]! > data[row * classes + best]!) best = k;
  }
  return best;
}

/** Layers of two clips, one after the other along the first axis. */
function layerDistance(layers: readonly tf.Tensor[]): tf.Tensor {
  const distances = layers.map((layer) =>
    tf.mean(tf.sum(tf.square(channelDifference(layer)), -1))
  );
  return tf.div(tf.addN(distances), layers.length);
}

function checkShape(clip: Clip, wanted: ClipShape): void {
  const { frames, height, width, fps } = clip;
  if (
    frames === wanted.frames && height === wanted.height &&
    width === wanted.width && fps === wanted.fps
  ) return;
  throw new InputError(
    `Cannot apply world3d to a clip: it must have ${wanted.frames} frames of ` +
      `${wanted.width}x${wanted.height} pixels at ${wanted.fps} fps: it has ` +
      `${frames} of ${width}x${height} at ${Number(fps.toFixed(3))} fps; ` +
      `decode it so`,
  );
}
