import type { BackboneShape, TokenCounts } from "./flops.ts";

/** How a training step uses the device's memory. */
export interface MemoryPlan {
  /** Clips of a microbatch; gradients accumulate over a batch's microbatches. */
  readonly microBatch: number;
  /** Whether blocks are rematerialised: only their inputs are kept. */
  readonly recompute: boolean;
  /** Parts, each with its share of the heads, in which attention is computed. */
  readonly attentionParts: number;
  /** Whether the EMA lies on the device too. */
  readonly averageOnDevice: boolean;
}

/** Bytes that a training step needs at its peak, by purpose. */
export interface TrainingMemory {
  readonly weights: number;
  readonly gradients: number;
  /** AdamW's two moments. */
  readonly moments: number;
  readonly average: number;
  /** Activations kept for the backward pass. */
  readonly kept: number;
  /** Temporaries of the backward pass of one block. */
  readonly block: number;
}

const FLOAT32 = 4;

/**
 * Arrays `[N,D]` that a block keeps for its backward pass, counted in compiled
 * training steps; a test compares this model with such graphs.
 */
const KEPT = { attention: 19, cnn: 3 } as const;
/** Arrays `[N,K]` that a CNN block keeps besides. */
const KEPT_INSIDE_CNN = 4;
/** Arrays `[N,D]` alive at the peak of a rematerialised attention block. */
const RECOMPUTED = 18;
/** Score matrices alive at that peak: the weights and their gradient. */
const SCORES = 2;

/**
 * Estimates the memory of a float32 training step of a hybrid backbone.
 *
 * A score matrix is `[heads,N,N+T]`. Without remat each block keeps one, and
 * the peak adds one. With remat a block keeps only its input, and the peak holds
 * two.
 *
 * @param parameters All trained parameters, also outside the blocks.
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
