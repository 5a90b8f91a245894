import type * as tf from "@tensorflow/tfjs-core";
import { type Device, type Loss, openDevice } from "lib/compiler/mod.ts";
import {
  float32,
  type MapLeaves,
  type NdArray,
  Rng,
  silentProgress,
} from "lib/core/mod.ts";
import { initBackbone, tokenPositions } from "lib/models/backbone/mod.ts";
import type { RotaryTable, Tensors } from "lib/models/layers/mod.ts";
import { initText, tokenisePrompts } from "lib/models/text/mod.ts";
import { initVae, strideOf, type VaeParameters } from "lib/models/vae/mod.ts";
import { PRESETS } from "lib/recipes/presets.ts";
import {
  type DiffusionBatch,
  diffusionTrainingLoss,
  train,
  type TrainingConfig,
  type TrainState,
  type VaeBatch,
  vaeTrainingLoss,
} from "lib/trainer/mod.ts";
import {
  type DiffusionParameters,
  type ShippedConfig,
} from "lib/models/text_to_video/mod.ts";

/**
 * One thread, for results that do not depend on the machine. Opened before the
 * first test: the runtime's library stays for the life of the process, and a
 * test that opened it would be told that it leaks.
 */
export const device: Device = await openDevice("cpu", { threads: 1 });

/** A model's loss, its parameters, and a batch for each step. */
export interface Learner<P, T, B, A> {
  readonly initial: P;
  readonly lossOf: (parameters: T, batch: B) => Loss<A>;
  readonly batchAt: (step: number) => MapLeaves<B, tf.Tensor, NdArray>;
}

const { vae, text, backbone } = PRESETS.tiny;

/** Models of the tiny preset that read short prompts. */
export const diffusionConfig: Pick<ShippedConfig, "text" | "backbone"> = {
  text: { ...text, maxCharacters: 8, maxWords: 3 },
  backbone,
};

/** Three updates of the tiny text encoder and backbone, with EMAs. */
export async function threeUpdates(
  config: Pick<TrainingConfig, "optimiser"> & Partial<TrainingConfig>,
): Promise<TrainState<unknown>> {
  const { state } = await train({
    ...tinyDiffusion() as never as { initial: unknown },
    name: "model",
    device,
    config: {
      schedule: { peak: 1e-3, warmupSteps: 0, totalSteps: 3, floor: 1e-4 },
      clipNorm: 0.05,
      averages: true,
      ...config,
    },
    metrics: { bytes: 0, digest: "", append() {}, sync() {} },
    progress: silentProgress,
    save() {},
    saveEvery: Infinity,
    clock: () => 0,
  } as never);
  return state as TrainState<unknown>;
}

/** Parameters of text encoder and backbone before training. */
export function initDiffusion(): DiffusionParameters {
  return {
    text: initText(diffusionConfig.text, new Rng(1).fork("text")),
    backbone: initBackbone(backbone, {
      latentChannels: vae.latentChannels,
      text: diffusionConfig.text,
    }, new Rng(1).fork("backbone")),
  };
}

/** Clips in [0,1], smooth at neither edge: `[B,T,H,W,3]`. */
export function clipsOf(
  rng: Rng,
  shape: readonly number[],
): NdArray<"float32"> {
  const { data } = rng.normals(shape);
  return float32(shape, data.map((x) => 1 / (1 + Math.exp(-x))));
}

/** The tiny VAE on the smallest clips in which time matters: 8 frames, 16x16. */
export function tinyVae(): Learner<
  VaeParameters,
  Tensors<VaeParameters>,
  VaeBatch,
  { reconstruction: tf.Tensor; kl: tf.Tensor; beta: tf.Tensor }
> {
  return {
    initial: initVae(vae, new Rng(1)),
    lossOf: vaeTrainingLoss(vae),
    batchAt(step: number) {
      const rng = new Rng(2).fork(`${step}`);
      return {
        clips: clipsOf(rng, [1, 8, 16, 16, 3]),
        noise: rng.normals([1, 2, 1, 1, vae.latentChannels]),
      };
    },
  };
}

/** The tiny text encoder and backbone on latents of 2x1x2 cells. */
export function tinyDiffusion(): Learner<
  DiffusionParameters,
  Tensors<DiffusionParameters>,
  DiffusionBatch,
  { losses: tf.Tensor }
> {
  return {
    initial: initDiffusion(),
    lossOf: diffusionTrainingLoss(diffusionConfig),
    batchAt: diffusionBatch,
  };
}

/** Two samples with different prompts. */
export function diffusionBatch(
  step: number,
): MapLeaves<DiffusionBatch, tf.Tensor, NdArray> {
  const rng = new Rng(2).fork(`${step}`);
  const shape = [2, 2, 1, 2, vae.latentChannels];
  return {
    latents: rng.normals(shape),
    noise: rng.normals(shape),
    sigmas: float32([2], [0.3, 0.8]),
    prompts: tokenisePrompts(
      ["a red cat", step % 2 ? "" : "dog"],
      diffusionConfig.text,
    ),
    positions: positions(),
  };
}

/** Rotary tables of latents of 2x1x2 cells. */
export function positions(): RotaryTable {
  return tokenPositions(
    { frames: 2, height: 1, width: 2 },
    strideOf(vae),
    8,
    backbone.width / backbone.heads,
  );
}
