import type { BackboneShape, TokenCounts } from "./flops.ts";

/** How a training step uses the device's memory. */
export interface MemoryPlan {
  /** Clips that go through the model at once; a batch is made of several such. */
  readonly microBatch: number;
  /** Whether a block keeps its input only and computes the rest again. */
  readonly recompute: boolean;
  /** Parts, each with its share of the heads, in which attention is computed. */
  readonly attentionParts: number;
  /** Whether the averaged weights lie on the device too. */
  readonly averageOnDevice: boolean;
}

/** Bytes that a training step needs at its peak, by purpose. */
export interface TrainingMemory {
  readonly weights: number;
  readonly gradients: number;
  /** AdamW's two. */
  readonly moments: number;
  readonly average: number;
  /** What the forward pass leaves for the backward pass. */
  readonly kept: number;
  /** What the backward pass of one block needs on top. */
  readonly block: number;
}

const FLOAT32 = 4;

/**
 * Arrays `[N,D]` that a block leaves for its backward pass. They were counted
 * in the graphs that the compiler makes of training steps; a test compares the
 * model with such graphs.
 */
const KEPT = { attention: 19, cnn: 3 } as const;
/** Arrays `[N,K]` that a CNN block leaves besides. */
const KEPT_INSIDE_CNN = 4;
/** Arrays `[N,D]` alive at the peak of an attention block that is computed again. */
const RECOMPUTED = 18;
/** Matrices of scores alive then: the weights, and their gradient. */
const SCORES = 2;

/**
 * Estimates the memory of a float32 training step of a hybrid backbone.
 *
 * A matrix of scores is `[heads,N,N+T]`. A block that keeps everything keeps
 * one; at the peak there is one more. A block that is computed again keeps its
 * input alone, and at the peak there are two.
 *
 * @param parameters Of all that is trained, whether it has blocks or not.
 *
 * @example
 * ```ts
 * import { trainingMemory } from "lib/ltx2/mod.ts";
 * import assert from "node:assert/strict";
 *
 * const shape = { width: 768, heads: 12, attentionLayers: 30, cnnLayers: 18, cnnWidth: 256, textConditioning: "joint" } as const;
 * const { moments, kept } = trainingMemory(280e6, shape, { video: 4608, text: 64 }, {
 *   microBatch: 1, recompute: true, attentionParts: 1, averageOnDevice: false,
 * });
 * assert.equal(moments, 2 * 4 * 280e6);
 * assert.equal(kept, 48 * 4608 * 768 * 4);
 * ```
 */
export function trainingMemory(
  parameters: number,
  shape: BackboneShape,
  { video: N, text: T }: TokenCounts,
  plan: MemoryPlan,
): TrainingMemory {
  const { attentionLayers, cnnLayers, heads, width, cnnWidth } = shape;
  const tokens = plan.microBatch * N * width * FLOAT32; // one [N,D]
  const inside = plan.microBatch * N * cnnWidth * FLOAT32; // one [N,K]
  const scores = plan.microBatch * heads * N * (N + T) * FLOAT32 /
    plan.attentionParts;
  const whole = attentionLayers * (KEPT.attention * tokens + scores) +
    cnnLayers * (KEPT.cnn * tokens + KEPT_INSIDE_CNN * inside);
  return {
    weights: parameters * FLOAT32,
    gradients: parameters * FLOAT32,
    moments: 2 * parameters * FLOAT32,
    average: plan.averageOnDevice ? parameters * FLOAT32 : 0,
    kept: plan.recompute ? (attentionLayers + cnnLayers) * tokens : whole,
    block: plan.recompute ? RECOMPUTED * tokens + SCORES * scores : scores,
  };
}

/** All purposes together, in bytes. */
export function totalBytes(memory: TrainingMemory): number {
  return Object.values(memory).reduce((sum, bytes) => sum + bytes, 0);
}
