import * as tf from "@tensorflow/tfjs-core";
import type { NdArray, Rng } from "lib/core/mod.ts";
import {
  attentionBlock,
  type AttentionBlockParameters,
  initAttentionBlock,
} from "lib/models/backbone/attention_block.ts";
import {
  cnnBlock,
  type CnnBlockParameters,
  initCnnBlock,
} from "lib/models/backbone/cnn_block.ts";
import {
  type BackboneConfig,
  layerKinds,
  tokenPositions,
} from "lib/models/backbone/mod.ts";
import {
  type AttentionContext,
  type BlockOptions,
  normal,
  stack,
  type Tensors,
} from "lib/models/layers/mod.ts";
import type { GridSize } from "lib/models/vae/mod.ts";

/**
 * The blocks of the backbone alone: no text (attention is over the video tokens
 * only, as in PyTorch's fused attention), the timestep's vectors as an input, no
 * layers before and after. `bench/torch/torch_step.py` is the same.
 */
export type BlockStackParameters = Record<
  string,
  AttentionBlockParameters | CnnBlockParameters
>;

/** A batch: the same at every step. */
export interface BlockStackBatch {
  /** `[B,N,D]`. */
  readonly x: NdArray;
  /** `[B,N,D]`. */
  readonly target: NdArray;
  /** Timestep modulation shared by the blocks, `[B,6,D]`. */
  readonly shared: NdArray;
  /** Rotary tables, `[N,d/2]`. */
  readonly cos: NdArray;
  readonly sin: NdArray;
}

/** Std of the modulations: with gates at zero a check would prove nothing. */
const MODULATION = 0.3;

/** Initialises the blocks. */
export function initBlockStack(
  config: BackboneConfig,
  rng: Rng,
): BlockStackParameters {
  const kinds = layerKinds(config);
  return stack("block", kinds.length, (place, name) => {
    const inner = rng.fork(name);
    const block = kinds[place] === "cnn"
      ? initCnnBlock(inner, config.width, config.cnnWidth)
      : initAttentionBlock(inner, config.width);
    const { shape } = block.modulation;
    return {
      ...block,
      modulation: normal(inner.fork("modulation"), shape, MODULATION),
    };
  });
}

/** Draws a batch. */
export function blockStackBatch(
  { width, heads }: BackboneConfig,
  grid: GridSize,
  batch: number,
  rng: Rng,
): BlockStackBatch {
  const tokens = grid.frames * grid.height * grid.width;
  const stride = { space: 16, time: 4 };
  return {
    x: rng.normals([batch, tokens, width]),
    target: rng.normals([batch, tokens, width]),
    shared: normal(rng, [batch, 6, width], MODULATION),
    ...tokenPositions(grid, stride, 8, width / heads),
  };
}

/** Mean squared error of the blocks' output for `x`. */
export function blockStackLoss(
  parameters: Tensors<BlockStackParameters>,
  batch: Tensors<BlockStackBatch>,
  config: BackboneConfig,
  grid: GridSize,
  { remat = (block) => block }: BlockOptions = {},
): tf.Tensor {
  const { shared, cos, sin } = batch;
  const kinds = layerKinds(config);
  const given = { shared, cos, sin };
  const attention = remat((
    block: Tensors<AttentionBlockParameters>,
    { x, shared, ...rotary }: typeof given & { readonly x: tf.Tensor },
  ) =>
    attentionBlock(block, x, {
      shared,
      rotary,
      // Required by the block's type; self-attention does not use it.
      context: undefined as unknown as AttentionContext,
      heads: config.heads,
    })
  );
  const cnn = remat((
    block: Tensors<CnnBlockParameters>,
    { x, shared }: { readonly x: tf.Tensor; readonly shared: tf.Tensor },
  ) => cnnBlock(block, x, { shared, grid }));
  let x = batch.x as tf.Tensor;
  Object.values(parameters).forEach((block, place) => {
    x = kinds[place] === "cnn"
      ? cnn(block as Tensors<CnnBlockParameters>, { x, shared })
      : attention(block as Tensors<AttentionBlockParameters>, { x, ...given });
  });
  return tf.mean(tf.square(tf.sub(x, batch.target)));
}

/**
 * Multiplications and additions of the matrix products and convolutions in a
 * training step: each forward and for both gradients. (The first block needs
 * the gradient of its input as well, for its modulation.)
 */
export function blockStackOperations(
  { width: D, cnnWidth: K, attentionLayers, cnnLayers }: BackboneConfig,
  tokens: number,
  batch: number,
): number {
  // Queries, keys and values 3, output 1, feed-forward 8; scores and mix 2.
  const attention = batch * tokens * (12 * D ** 2 + 2 * tokens * D);
  const cnn = batch * tokens * (2 * D * K + 27 * K ** 2);
  return 3 * 2 * (attentionLayers * attention + cnnLayers * cnn);
}
