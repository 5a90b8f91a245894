import type * as tf from "@tensorflow/tfjs-core";
import { InputError, type Rng, sizeOf } from "../../core/mod.ts";
import {
  type BackboneConfig,
  type BackboneInputs,
  type BackboneParameters,
  initBackbone,
  tokenPositions,
} from "../backbone/mod.ts";
import { timestepShift } from "../diffusion/mod.ts";
import type { RotaryTable, Tensors } from "../layers/mod.ts";
import {
  initText,
  type PromptTokens,
  type TextConfig,
  type TextParameters,
  tokenisePrompts,
} from "../text/mod.ts";
import {
  decode,
  encode,
  gridOf,
  type GridSize,
  initVae,
  type LatentDistribution,
  latentSizeOf,
  strideOf,
  type VaeConfig,
  type VaeParameters,
  type VaeStride,
} from "../vae/mod.ts";
import { isOwn, type OwnBackbone, type OwnText, type OwnVae } from "./parts.ts";
import { backboneVelocity, encodePrompts } from "./velocity.ts";

/**
 * The three models that together turn a prompt into a video; each may be a part
 * of one's own.
 */
export interface ModelConfig {
  readonly vae: VaeConfig | OwnVae;
  readonly text: TextConfig | OwnText;
  readonly backbone: BackboneConfig | OwnBackbone;
}

/** The models of this project alone. */
export interface ShippedConfig extends ModelConfig {
  readonly vae: VaeConfig;
  readonly text: TextConfig;
  readonly backbone: BackboneConfig;
}

/** Parameters of the three models. */
export interface ModelParameters {
  readonly vae: VaeParameters;
  readonly text: TextParameters;
  readonly backbone: BackboneParameters;
}

/**
 * Makes VAE, text encoder and backbone of a configuration.
 *
 * @example
 * ```ts
 * import { metaInit } from "lib/models/layers/mod.ts";
 * import { initModels } from "lib/models/text_to_video/mod.ts";
 * import { PRESETS } from "lib/recipes/presets.ts";
 * import assert from "node:assert/strict";
 *
 * const { backbone } = initModels(PRESETS.base, metaInit());
 * assert.deepEqual(backbone.words?.shape, [32_000, 768]);
 * ```
 */
export function initModels(config: ModelConfig, rng: Rng): ModelParameters {
  return {
    vae: initModel("vae", config, rng),
    text: initModel("text", config, rng),
    backbone: initModel("backbone", config, rng),
  };
}

/** Makes one model alone, with the same weights as {@link initModels}. */
export function initModel<M extends keyof ModelParameters>(
  model: M,
  { vae, text, backbone }: ModelConfig,
  rng: Rng,
): ModelParameters[M] {
  const own = rng.fork(model);
  const { latentChannels } = vae;
  const makers = {
    vae: () => initAnyVae(vae, own),
    text: () =>
      isOwn(text) ? text.part.init(text.own, own) : initText(text, own),
    backbone: () =>
      isOwn(backbone)
        ? backbone.part.init(
          backbone.own,
          { latentChannels, textWidth: text.outputWidth },
          own,
        )
        : initBackbone(backbone, {
          latentChannels,
          text: wordsOf(text, backbone),
        }, own),
  };
  return makers[model]() as ModelParameters[M];
}

/** Makes the parameters of a VAE, this project's or one of one's own. */
export function initAnyVae(
  vae: ModelConfig["vae"],
  rng: Rng,
): VaeParameters {
  return isOwn(vae)
    ? vae.part.init(vae.own, rng) as VaeParameters
    : initVae(vae, rng);
}

/**
 * The configuration of this project's text encoder.
 *
 * @throws {TypeError} for a text encoder of one's own
 */
export function shippedText(text: ModelConfig["text"]): TextConfig {
  if (!isOwn(text)) return text;
  throw new TypeError(
    "Cannot train a text encoder alone: it must be this project's: it is one " +
      "of one's own, which trains with the backbone",
  );
}

/**
 * What a HybridBackbone needs to know of a text encoder.
 *
 * @throws {InputError} if it has word embeddings and the encoder gives no words
 */
function wordsOf(
  text: ModelConfig["text"],
  { wordEmbeddings }: BackboneConfig,
): Pick<TextConfig, "outputWidth" | "wordRows"> {
  if (!isOwn(text)) return text;
  if (wordEmbeddings === false) {
    return { outputWidth: text.outputWidth, wordRows: 0 };
  }
  throw new InputError(
    "Cannot use a text encoder of one's own: the backbone must not read words " +
      "beside its tokens: it has word embeddings; pass --backbone " +
      "no-word-embeddings",
  );
}

/**
 * Prompts as the arrays that a text encoder reads, `[B,...]`; the empty prompt is
 * the unconditional one.
 */
export function promptTokens(
  prompts: readonly string[],
  text: ModelConfig["text"],
): PromptTokens {
  return isOwn(text)
    ? text.part.tokenise(prompts, text.own) as unknown as PromptTokens
    : tokenisePrompts(prompts, text);
}

/** Encodes clips `[B,T,H,W,3]` in [0,1] to latents. */
export function encodeClips(
  parameters: Tensors<VaeParameters>,
  clips: tf.Tensor,
  vae: ModelConfig["vae"],
): LatentDistribution {
  return isOwn(vae)
    ? vae.part.encode(parameters, clips, vae.own)
    : encode(parameters, clips, vae);
}

/** Decodes latents `[B,t,h,w,Z]` to clips, about [0,1]. */
export function decodeLatents(
  parameters: Tensors<VaeParameters>,
  latents: tf.Tensor,
  vae: ModelConfig["vae"],
): tf.Tensor {
  return isOwn(vae)
    ? vae.part.decode(parameters, latents, vae.own)
    : decode(parameters, latents, vae);
}

/**
 * Rotary tables of a clip's latent grid, for the backbone.
 *
 * @param clip Size of the clip, multiples of the VAE's strides, and its frames
 * per second.
 *
 * @throws {InputError} naming the nearest legal size, if the strides do not divide the clip
 */
export function clipPositions(
  { vae, backbone }: Pick<ModelConfig, "vae" | "backbone">,
  clip: GridSize & { readonly fps: number },
): RotaryTable {
  const { grid, stride } = clipTokens({ vae, backbone }, clip);
  return tokenPositions(
    grid,
    stride,
    clip.fps,
    headWidthOf(backbone),
  );
}

/**
 * The grid of a clip's tokens, and the pixels and frames of a token.
 *
 * @throws {InputError} naming the nearest legal size, if tokens do not divide the clip
 *
 * @example
 * ```ts
 * import { clipTokens } from "lib/models/text_to_video/mod.ts";
 * import { PRESETS } from "lib/recipes/presets.ts";
 * import assert from "node:assert/strict";
 *
 * const clip = { frames: 16, height: 64, width: 80 };
 * const { grid } = clipTokens(PRESETS.nano, clip);
 * assert.deepEqual(grid, { frames: 4, height: 4, width: 5 });
 * ```
 */
export function clipTokens(
  { vae, backbone }: Pick<ModelConfig, "vae" | "backbone">,
  clip: GridSize,
): { readonly grid: GridSize; readonly stride: VaeStride } {
  const stride = clipStride({ vae, backbone });
  return { grid: gridOf(stride, clip), stride };
}

/** What clips must be multiples of: the pixels and frames of a token. */
export function clipStride(
  { vae, backbone }: Pick<ModelConfig, "vae" | "backbone">,
): VaeStride {
  const { space, time } = strideOf(vae);
  return { space: patchOf(backbone) * space, time };
}

/**
 * Numbers that a token of the latent grid holds, which decide how much noise
 * hides them (`timestepShift`).
 */
export function tokenChannels(
  { vae, backbone }: Pick<ModelConfig, "vae" | "backbone">,
): number {
  return patchOf(backbone) ** 2 * vae.latentChannels;
}

/**
 * Shift of the noise levels with which clips of a size are sampled, unless another
 * is asked for (`timestepShift`).
 *
 * @throws {InputError} as {@link clipTokens}
 */
export function samplingShift(config: ModelConfig, size: GridSize): number {
  const tokens = sizeOf(Object.values(clipTokens(config, size).grid));
  return timestepShift(tokens, tokenChannels(config));
}

/** Latent cells along a side of a token. */
function patchOf(backbone: ModelConfig["backbone"]): number {
  return isOwn(backbone) ? 1 : backbone.patch ?? 1;
}

/** Channels of an attention head. */
export function headWidthOf(backbone: ModelConfig["backbone"]): number {
  return isOwn(backbone) ? backbone.headWidth : backbone.width / backbone.heads;
}

/** The type of a tensor argument. */
export interface InputType {
  readonly dtype: "float32" | "int32";
  readonly shape: readonly number[];
}

/** A function of a model, with the types of its arguments. */
export interface ModelFunction {
  /** The model whose parameters it takes. */
  readonly model: keyof ModelParameters;
  /** A tree of types; its paths are the names of the arguments. */
  readonly inputs: Readonly<Record<string, unknown>>;
  /** From trees of tensors to a tree of tensors. */
  call(parameters: never, inputs: never): unknown;
}

/** The functions from a prompt to a video, and from a video to latents. */
export type ModelFunctions = Readonly<
  Record<
    "textEncoder" | "backbone" | "vaeEncoder" | "vaeDecoder",
    ModelFunction
  >
>;

/**
 * The models as functions of fixed shapes, for tracing.
 *
 * @param clip Size of the clip, multiples of the VAE's strides.
 * @param batch Clips at once.
 *
 * @throws {InputError} naming the nearest legal size, if the strides do not divide the clip
 *
 * @example
 * ```ts
 * import { modelFunctions } from "lib/models/text_to_video/mod.ts";
 * import { PRESETS } from "lib/recipes/presets.ts";
 * import assert from "node:assert/strict";
 *
 * const clip = { frames: 16, height: 64, width: 64 };
 * const { inputs } = modelFunctions(PRESETS.tiny, clip, 2).vaeDecoder;
 * assert.deepEqual(inputs.latent, { dtype: "float32", shape: [2, 4, 4, 4, 8] });
 * ```
 */
export function modelFunctions(
  { vae, text, backbone: denoiser }: ModelConfig,
  clip: GridSize,
  batch: number,
): ModelFunctions {
  const tokens = sizeOf(
    Object.values(clipTokens({ vae, backbone: denoiser }, clip).grid),
  );
  const grid = latentSizeOf(vae, clip);
  const float = (...shape: number[]): InputType => ({
    dtype: "float32",
    shape: [batch, ...shape],
  });
  const prompts = promptShapes(text, batch);
  const latent = float(
    grid.frames,
    grid.height,
    grid.width,
    vae.latentChannels,
  );
  const angles: InputType = {
    dtype: "float32",
    shape: [tokens, headWidthOf(denoiser) / 2],
  };
  return {
    textEncoder: {
      model: "text",
      inputs: prompts.tokens,
      call: (p: Tensors<TextParameters>, rows: Tensors<PromptTokens>) => ({
        text: encodePrompts(p, rows, text),
      }),
    },
    backbone: {
      model: "backbone",
      inputs: {
        latent,
        sigma: float(),
        text: prompts.outputs,
        ...(prompts.words && { words: prompts.words }),
        positions: { cos: angles, sin: angles },
      },
      call: (p: Tensors<BackboneParameters>, inputs: BackboneInputs) => ({
        velocity: backboneVelocity(p, inputs, denoiser),
      }),
    },
    vaeEncoder: {
      model: "vae",
      inputs: { clip: float(clip.frames, clip.height, clip.width, 3) },
      call: (p: Tensors<VaeParameters>, inputs: { clip: tf.Tensor }) => ({
        ...encodeClips(p, inputs.clip, vae),
      }),
    },
    vaeDecoder: {
      model: "vae",
      inputs: { latent },
      call: (p: Tensors<VaeParameters>, inputs: { latent: tf.Tensor }) => ({
        clip: decodeLatents(p, inputs.latent, vae),
      }),
    },
  };
}

/** Types of the arrays of prompts, and of what the text encoder makes of them. */
function promptShapes(
  text: ModelConfig["text"],
  batch: number,
): {
  readonly tokens: Readonly<Record<string, InputType>>;
  /** Of the HybridBackbone's word embeddings; a text encoder of one's own has none. */
  readonly words?: { readonly ids: InputType; readonly mask: InputType };
  readonly outputs: { readonly tokens: InputType; readonly mask: InputType };
} {
  const prompts = promptTokens(new Array<string>(batch).fill(""), text);
  const types = Object.fromEntries(
    Object.entries(prompts).map(([name, { dtype, shape }]) =>
      [name, { dtype, shape } as InputType] as const
    ),
  );
  const float = (...shape: number[]): InputType => ({
    dtype: "float32",
    shape: [batch, ...shape],
  });
  if (isOwn(text)) {
    const count = text.part.tokens(text.own);
    return {
      tokens: types,
      outputs: {
        tokens: float(count, text.outputWidth),
        mask: float(count),
      },
    };
  }
  const { words, wordMask, ...tokens } = types;
  return {
    tokens,
    words: { ids: words!, mask: wordMask! },
    outputs: {
      tokens: float(text.queries, text.outputWidth),
      mask: float(text.queries),
    },
  };
}
