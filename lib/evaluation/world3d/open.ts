import * as tf from "@tensorflow/tfjs-core";
import {
  type Device,
  disposeState,
  jitWithState,
  uploadState,
} from "../../compiler/mod.ts";
import { type Clip, InputError, type NdArray } from "../../core/mod.ts";
import {
  type FeatureNetwork,
  filledBatch,
  rowsOf,
} from "../feature_network.ts";
import { type World3dConfig, WORLD_TASKS, type WorldTask } from "./config.ts";
import { world3d } from "./network.ts";
import type { TrainedWorld3d } from "./weights.ts";

/** What the network says of a clip. */
export interface WorldView {
  /** `[D]`. */
  readonly features: Float32Array;
  /** The likeliest answer to each task. */
  readonly answers: Readonly<Record<WorldTask, string>>;
}

/** A world3d network on a device. */
export interface World3dNetwork extends FeatureNetwork {
  readonly config: World3dConfig;
  /** Features and answers of up to `batch` clips of the network's shape. */
  look(clips: readonly Clip[]): Promise<WorldView[]>;
  /**
   * How different two clips of the network's shape look to it, from 0 for
   * equal ones: the squared distance of channels of unit length, averaged over
   * places and inner layers. It is built as LPIPS is, but is no LPIPS.
   */
  distance(a: Clip, b: Clip): Promise<number>;
}

/** Clips that go through together. */
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
 * const [view] = await network.look([clip]);
 * assert.equal(view!.features.length, 16);
 * assert.equal(view!.answers.colour, "red");
 * ```
 */
export async function openWorld3d(
  device: Device,
  { config, parameters, digest }: TrainedWorld3d,
): Promise<World3dNetwork> {
  const { frames, size, fps } = config;
  const state = await uploadState(device, parameters);
  const looking = jitWithState(
    (p, { clips }: { clips: tf.Tensor }) => {
      const { features, logits } = world3d(p, clips, config);
      return { outputs: { features, logits } };
    },
    state,
    { device, name: "world3d" },
  );
  const comparing = jitWithState(
    (p, { clips }: { clips: tf.Tensor }) => ({
      outputs: { distance: layerDistance(world3d(p, clips, config).layers) },
    }),
    state,
    { device, name: "world3d distance" },
  );
  const look = async (clips: readonly Clip[]): Promise<WorldView[]> => {
    clips.forEach((clip) => checkShape(clip, frames, size, fps));
    const { features, logits } = await looking.run({
      clips: filledBatch(clips, BATCH),
    }) as { features: NdArray; logits: Record<WorldTask, NdArray> };
    const rows = rowsOf(features, clips.length);
    return rows.map((features, i) => ({
      features,
      answers: Object.fromEntries(
        WORLD_TASKS.map((task) => [
          task,
          config.classes[task][likeliest(logits[task], i)]!,
        ]),
      ) as Record<WorldTask, string>,
    }));
  };
  return {
    config,
    name: "world3d",
    weights: digest,
    layer: "features",
    dimension: config.features[0] + config.features[1],
    resize: "none",
    batch: BATCH,
    look,
    featuresOf: async (clips) =>
      (await look(clips)).map(({ features }) => features as Float32Array),
    async distance(a, b) {
      checkShape(a, frames, size, fps);
      checkShape(b, frames, size, fps);
      const { distance } = await comparing.run({
        clips: filledBatch([a, b], 2),
      });
      return (distance as NdArray).data[0]!;
    },
    [Symbol.dispose]() {
      looking[Symbol.dispose]();
      comparing[Symbol.dispose]();
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
  const distances = layers.map((layer) => {
    const length = tf.sqrt(tf.sum(tf.square(layer), -1, true));
    const unit = tf.div(layer, tf.add(length, 1e-10));
    const [a, b] = tf.split(unit, 2) as [tf.Tensor, tf.Tensor];
    return tf.mean(tf.sum(tf.square(tf.sub(a, b)), -1));
  });
  return tf.div(tf.addN(distances), layers.length);
}

function checkShape(
  { frames, height, width, fps }: Clip,
  T: number,
  S: number,
  rate: number,
): void {
  if (frames === T && height === S && width === S && fps === rate) return;
  throw new InputError(
    `Cannot look at a clip with world3d: it must have ${T} frames of ${S}x${S} ` +
      `pixels at ${rate} fps: it has ${frames} of ${width}x${height} at ` +
      `${Number(fps.toFixed(3))} fps; decode it so`,
  );
}
