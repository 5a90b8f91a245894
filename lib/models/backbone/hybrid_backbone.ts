import * as tf from "@tensorflow/tfjs-core";
import { type NdArray, type Rng, zeros } from "../../core/mod.ts";
import {
  type AttentionContext,
  type BlockOptions,
  depthToSpace,
  initLinear,
  initPromptMlp,
  initTimestep,
  layerNorm,
  linear,
  type LinearParameters,
  meanPool,
  normal,
  promptMlp,
  type PromptMlpParameters,
  type RotaryTable,
  silu,
  spaceToDepth,
  stack,
  stopGradient,
  type Tensors,
  timestepEmbedding,
  type TimestepParameters,
} from "../layers/mod.ts";
import type { TextConfig } from "../text/config.ts";
import {
  ATTENTION_MODULATIONS,
  attentionBlock,
  type AttentionBlockParameters,
  initAttentionBlock,
} from "./attention_block.ts";
import { type CellParameters, initCells, throughCells } from "./cells.ts";
import {
  cnnBlock,
  type CnnBlockParameters,
  initCnnBlock,
} from "./cnn_block.ts";
import { type BackboneConfig, layerKinds } from "./config.ts";
import type { GridSize } from "../vae/config.ts";
import { modulatedNorm, modulationOf } from "./modulation.ts";
import { preconditioning } from "./precondition.ts";

/** Parameters of a HybridBackbone. */
export interface BackboneParameters {
  /** `[Z]`: logarithms of the variances of normalised latents, measured before training and then fixed. */
  readonly logVariance?: NdArray;
  /** Blocks on the cells of the latent grid, around those on tokens. */
  readonly cells?: CellParameters;
  /** `[C,D]`: channels of the cells of a token to its own. */
  readonly input: LinearParameters;
  readonly timestep: TimestepParameters;
  /** `[D,6D]`: modulation that all blocks share (adaLN-single). */
  readonly modulation: LinearParameters;
  /** `[textWidth,D]`: text tokens to context tokens. */
  readonly text: LinearParameters;
  /** `[wordRows,D]`: word embeddings, further context tokens. */
  readonly words?: NdArray;
  /** From pooled text to further context tokens. */
  readonly promptMlp?: PromptMlpParameters;
  /** `[D,D]`: the mean of the context, added to the timestep embedding. */
  readonly prompt: LinearParameters;
  readonly layers: Record<
    string,
    AttentionBlockParameters | CnnBlockParameters
  >;
  /** `[2,D]`: shift and scale before the output. */
  readonly finalModulation: NdArray;
  /** `[D,C]`. */
  readonly output: LinearParameters;
}

/**
 * Std of word embeddings before training. They are not normalised: small ones
 * keep words that were never trained from disturbing the others.
 */
const WORD_STD = 0.02;

/** Gain of the prompt MLP's output layer before training, for the same reason. */
const PROMPT_MLP_GAIN = 0.1;

/**
 * Least sigma that the error of x0 is divided by: the velocity is that error
 * over sigma, which would grow without bound.
 */
const MIN_SIGMA = 0.05;

/**
 * Makes a HybridBackbone. Gates and output start at zero, so that it predicts
 * zero at first (Peebles & Xie 2022, arXiv 2212.09748).
 *
 * @param models.latentChannels Z, of the VAE.
 */
export function initBackbone(
  config: BackboneConfig,
  { latentChannels, text }: {
    readonly latentChannels: number;
    readonly text: Pick<TextConfig, "outputWidth" | "wordRows">;
  },
  rng: Rng,
): BackboneParameters {
  const { width, cnnWidth, cells, patch = 1 } = config;
  const kinds = layerKinds(config);
  const folded = patch ** 2 * (cells?.width ?? latentChannels);
  return {
    ...(config.scaledChannels && { logVariance: zeros([latentChannels]) }),
    ...(cells && {
      cells: initCells(
        cells,
        { latentChannels, conditionWidth: width },
        rng.fork("cells"),
      ),
    }),
    input: initLinear(rng.fork("input"), folded, width),
    timestep: initTimestep(rng.fork("timestep"), width),
    modulation: initLinear(
      rng.fork("modulation"),
      width,
      ATTENTION_MODULATIONS * width,
      0,
    ),
    text: initLinear(rng.fork("text"), text.outputWidth, width),
    ...(config.wordEmbeddings !== false && {
      words: normal(rng.fork("words"), [text.wordRows, width], WORD_STD),
    }),
    ...(config.pooledContextTokens && {
      promptMlp: initContextMlp(config, text, rng),
    }),
    prompt: initLinear(rng.fork("prompt"), width, width),
    layers: stack(
      "block",
      kinds.length,
      (place, name) =>
        kinds[place] === "cnn"
          ? initCnnBlock(rng.fork(name), width, cnnWidth)
          : initAttentionBlock(rng.fork(name), width, config.textConditioning),
    ),
    finalModulation: zeros([2, width]),
    // One of two layers that follow each other has a gradient only if the other is not zero.
    output: initLinear(rng.fork("output"), width, folded, cells ? 1 : 0),
  };
}

/** Makes the MLP from pooled text to context tokens of a backbone. */
export function initContextMlp(
  { pooledContextTokens: tokens = 0, width }: Pick<
    BackboneConfig,
    "pooledContextTokens" | "width"
  >,
  text: Pick<TextConfig, "outputWidth">,
  rng: Rng,
): PromptMlpParameters {
  // The name of the fork decides the initial weights: it stays.
  const own = rng.fork("memory");
  return initPromptMlp(
    own,
    text.outputWidth,
    { tokens, width },
    PROMPT_MLP_GAIN,
  );
}

/** The inputs of a backbone. */
export interface BackboneInputs {
  /** Noisy normalised latents, `[B,t,h,w,Z]`. */
  readonly latent: tf.Tensor;
  /** Noise level of each, `[B]` in [0,1]. */
  readonly sigma: tf.Tensor;
  /** The text encoder's output, `[B,L,textWidth]`, and its mask, `[B,L]`. */
  readonly text: AttentionContext;
  /** Rows of the prompt's words, int32 `[B,W]`, and their mask, `[B,W]`. */
  readonly words: { readonly ids: tf.Tensor; readonly mask: tf.Tensor };
  /** Rotary tables of the tokens, `[N,d/2]`. */
  readonly positions: Tensors<RotaryTable>;
}

/**
 * Predicts the velocity `noise - latent` of rectified flow at a noise level:
 * `[B,t,h,w,Z] -> [B,t,h,w,Z]`. With `prediction: "x0"` it predicts the clean
 * latent, `x0 = output + skip * noisy` (`preconditioning`), and the velocity is
 * `(noisy - x0) / sigma` (Li & He 2025, Back to Basics, arXiv 2511.13720).
 *
 * @example
 * ```ts
 * import "lib/compiler/eager.ts";
 * import * as tf from "@tensorflow/tfjs-core";
 * import { tensorsOf } from "lib/compiler/mod.ts";
 * import { backbone, initBackbone, tokenPositions } from "lib/models/backbone/mod.ts";
 * import { Rng } from "lib/core/mod.ts";
 * import { PRESETS } from "lib/recipes/presets.ts";
 * import assert from "node:assert/strict";
 *
 * const { backbone: config, text } = PRESETS.tiny;
 * const parameters = initBackbone(config, { latentChannels: 8, text }, new Rng(0));
 * const velocity = backbone(tensorsOf(parameters), {
 *   latent: tf.ones([1, 1, 2, 2, 8]),
 *   sigma: tf.tensor1d([0.5]),
 *   text: { tokens: tf.ones([1, 4, 48]), mask: tf.ones([1, 4]) },
 *   words: { ids: tf.zeros([1, 3], "int32"), mask: tf.ones([1, 3]) },
 *   positions: tensorsOf(
 *     tokenPositions({ frames: 1, height: 2, width: 2 }, { space: 16, time: 4 }, 8, 24),
 *   ),
 * }, config);
 * assert.deepEqual(velocity.shape, [1, 1, 2, 2, 8]);
 * ```
 */
export function backbone(
  p: Tensors<BackboneParameters>,
  inputs: BackboneInputs,
  { heads, width: D, prediction, patch = 1 }: BackboneConfig,
  { remat = (block) => block }: BlockOptions = {},
): tf.Tensor {
  const [B, frames, height, width] = inputs.latent
    .shape as [number, number, number, number, number];
  const grid = { frames, height: height / patch, width: width / patch };
  const N = grid.frames * grid.height * grid.width;

  const context = contextOf(p, inputs);
  const condition = tf.add(
    timestepEmbedding(p.timestep, inputs.sigma),
    linear(p.prompt, meanPool(context)),
  ); // [B,D]
  const shared = tf.reshape(
    linear(p.modulation, silu(condition)),
    [B, ATTENTION_MODULATIONS, D],
  );

  const conditioning = { shared, rotary: inputs.positions, context };
  const attend = remat((
    layer: Tensors<AttentionBlockParameters>,
    { x, ...given }: typeof conditioning & { readonly x: tf.Tensor },
  ) => attentionBlock(layer, x, { ...given, heads }));
  const convolveOn = (grid: GridSize) =>
    remat((
      layer: Tensors<CnnBlockParameters>,
      { x, shared }: { x: tf.Tensor; shared: tf.Tensor },
    ) => cnnBlock(layer, x, { shared, grid }));
  const convolve = convolveOn(grid);
  /** `[B,t,h,w,C] -> [B,t,h,w,C]`, cells to tokens and back. */
  const tokens = (cells: tf.Tensor): tf.Tensor => {
    let x = linear(p.input, folded(cells, patch, N));
    for (const layer of Object.values(p.layers)) {
      x = "conv" in layer
        ? convolve(layer, { x, shared })
        : attend(layer, { ...conditioning, x });
    }
    const [shift, scale] = modulationOf(
      p.finalModulation,
      tf.expandDims(condition, 1),
    );
    return unfolded(
      linear(p.output, modulatedNorm(x, shift!, scale!)),
      patch,
      cells.shape,
    );
  };
  const network = (latent: tf.Tensor): tf.Tensor =>
    p.cells
      ? throughCells(p.cells, latent, {
        condition,
        tokens,
        convolve: convolveOn({ frames, height, width }),
      })
      : tokens(latent);
  if (prediction !== "x0") return network(inputs.latent);
  const sigma = tf.reshape(inputs.sigma, [B, 1, 1, 1, 1]);
  const factors = preconditioning(
    sigma,
    p.logVariance && stopGradient(p.logVariance),
  );
  const out = network(
    factors.in ? tf.mul(inputs.latent, factors.in) : inputs.latent,
  );
  const x0 = tf.add(
    factors.out ? tf.mul(out, factors.out) : out,
    tf.mul(inputs.latent, factors.skip),
  );
  return tf.div(tf.sub(inputs.latent, x0), tf.maximum(sigma, MIN_SIGMA));
}

/** `[B,t,h,w,C] -> [B,N,p*p*C]`, squares of `p * p` cells as tokens. */
function folded(cells: tf.Tensor, patch: number, N: number): tf.Tensor {
  const [B] = cells.shape;
  const C = patch ** 2 * cells.shape.at(-1)!;
  if (patch === 1) return tf.reshape(cells, [B!, N, C]);
  return tf.reshape(spaceToDepth(cells, [1, patch, patch]), [B!, N, C]);
}

/** The inverse of {@link folded}, to cells of a shape. */
function unfolded(
  tokens: tf.Tensor,
  patch: number,
  shape: readonly number[],
): tf.Tensor {
  const [B, frames, height, width, C] = shape as Five;
  if (patch === 1) return tf.reshape(tokens, [B, frames, height, width, C]);
  const squares = tf.reshape(
    tokens,
    [B, frames, height / patch, width / patch, patch ** 2 * C],
  );
  return depthToSpace(squares, [1, patch, patch]);
}

type Five = [number, number, number, number, number];

/**
 * Text tokens, word embeddings and pooled tokens, where there are any, side by
 * side: `[B,L+W+M,D]`.
 */
function contextOf(
  p: Tensors<BackboneParameters>,
  { text, words }: BackboneInputs,
): AttentionContext {
  const tokens = layerNorm(linear(p.text, text.tokens)); // [B,L,D]
  const parts: AttentionContext[] = [{ tokens, mask: text.mask }];
  if (p.words) {
    const embedded = tf.gather(p.words, words.ids as tf.Tensor2D); // [B,W,D]
    parts.push({ tokens: embedded, mask: words.mask });
  }
  if (p.promptMlp) parts.push(promptMlp(p.promptMlp, text, tokens.shape[2]!));
  return parts.length === 1 ? parts[0]! : {
    tokens: tf.concat(parts.map(({ tokens }) => tokens), 1),
    mask: tf.concat(parts.map(({ mask }) => mask), 1),
  };
}
