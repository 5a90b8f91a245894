/**
 * One import for notebooks and for modules of parts of one's own
 * (`docs/your_own.md`): what a researcher needs from all folders, and TensorFlow.js
 * and zod under their usual names.
 *
 * @example
 * ```ts
 * import { float32, jit, openDevice, tf } from "lib/mod.ts";
 * import assert from "node:assert/strict";
 *
 * using device = await openDevice("cpu");
 * using double = jit(({ x }: { x: tf.Tensor }) => ({ y: tf.mul(x, 2) }), { device, name: "double" });
 * assert.deepEqual([...(await double.run({ x: float32([2], [1, 2]) })).y.data], [2, 4]);
 * ```
 *
 * @module
 */
export * as tf from "@tensorflow/tfjs-core";
export * as z from "zod";

export {
  type Clip,
  float32,
  int32,
  type NdArray,
  Rng,
  scalar,
  stackArrays,
  unstackArrays,
  zeros,
} from "./core/mod.ts";
export { readJsonl } from "./formats/jsonl/mod.ts";
export { jit, lossAndGradients, openDevice } from "./compiler/mod.ts";

export {
  conv3d,
  feedForward,
  initConv3d,
  initFeedForward,
  initLinear,
  initTimestep,
  layerNorm,
  linear,
  normal,
  rmsNorm,
  rotate,
  silu,
  stack,
  type Tensors,
  timestepEmbedding,
} from "./models/layers/mod.ts";
export {
  addNoise,
  flowLoss,
  type Solver,
  SOLVERS,
  velocityOf,
} from "./models/diffusion/mod.ts";
import type { DiffusionParameters } from "./models/text_to_video/mod.ts";
import type { Tensors } from "./models/layers/mod.ts";

/** Text encoder and backbone as tensors, in a function to compile. */
export type DiffusionTensors = Tensors<DiffusionParameters>;

export {
  type BackbonePart,
  clipPositions,
  initModels,
  type LossPart,
  type ModelConfig,
  pixels,
  type TextPart,
  type VaePart,
} from "./models/text_to_video/mod.ts";

export {
  loadOwnModel,
  openPipeline,
  readTrainedModels,
} from "./pipeline/mod.ts";
export type { ClipShape, ClipSource } from "./dataset/batches/mod.ts";
export { contactSheet, encodePng, writeMp4 } from "./dataset/encode/mod.ts";

export {
  adamW,
  type ClipsPart,
  type DiffusionBatch,
  diffusionBatch,
  diffusionTrainingLoss,
  type Metric,
  type Moments,
  muon,
  type Optimiser,
  type OptimiserKind,
  ownLossOf,
  type Parts,
  parts,
  planOf,
  RunData,
  type ScheduleKind,
  trainRun,
} from "./trainer/mod.ts";
export { openDisplay } from "./notebook/mod.ts";
export { PRESETS } from "./recipes/presets.ts";
export { trainConfig } from "./recipes/train/mod.ts";
export {
  clipVideo,
  metricSeries,
  notebookHost,
  runMetrics,
} from "./recipes/notebook/mod.ts";
export {
  evaluateOptions,
  evaluateVideo,
  heldOutTables,
  videoDataOf,
} from "./recipes/evaluate/mod.ts";
