import type * as tf from "@tensorflow/tfjs-core";
import { type Rng, sizeOf } from "../../core/mod.ts";
import {
  backbone,
  type BackboneConfig,
  type BackboneInputs,
  type BackboneParameters,
  initBackbone,
  tokenPositions,
  tokensOf,
} from "../backbone/mod.ts";
import type { RotaryTable, Tensors } from "../layers/mod.ts";
import {
  encodeText,
  initText,
  type PromptTokens,
  type TextConfig,
  type TextParameters,
} from "../text/mod.ts";
import {
  decode,
  encode,
  type GridSize,
  initVae,
  latentSizeOf,
  strideOf,
  type VaeConfig,
  type VaeParameters,
  type VaeStride,
} from "../vae/mod.ts";

/** The three models that together turn a prompt into a video. */
export interface ModelConfig {
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
  const makers = {
    vae: () => initVae(vae, own),
    text: () => initText(text, own),
    backbone: () =>
      initBackbone(
        backbone,
        { latentChannels: vae.latentChannels, text },
        own,
      ),
  };
  return makers[model]() as ModelParameters[M];
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
    backbone.width / backbone.heads,
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
): ReturnType<typeof tokensOf> {
  return tokensOf(backbone, {
    grid: latentSizeOf(vae, clip),
    stride: strideOf(vae),
  });
}

/** What clips must be multiples of: the pixels and frames of a token. */
export function clipStride(
  { vae, backbone: { patch = 1 } }: Pick<ModelConfig, "vae" | "backbone">,
): VaeStride {
  const { space, time } = strideOf(vae);
  return { space: patch * space, time };
}

/**
 * Numbers that a token of the latent grid holds, which decide how much noise
 * hides them (`timestepShift`).
 */
export function tokenChannels(
  { vae, backbone: { patch = 1 } }: Pick<ModelConfig, "vae" | "backbone">,
): number {
  return patch ** 2 * vae.latentChannels;
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
  const grid = latentSizeOf(vae, clip);
  const tokens = sizeOf(
    Object.values(clipTokens({ vae, backbone: denoiser }, clip).grid),
  );
  const float = (...shape: number[]): InputType => ({
    dtype: "float32",
    shape: [batch, ...shape],
  });
  const int = (...shape: number[]): InputType => ({
    dtype: "int32",
    shape: [batch, ...shape],
  });
  const { maxCharacters: L, maxWords: W } = text;
  const latent = float(
    grid.frames,
    grid.height,
    grid.width,
    vae.latentChannels,
  );
  const angles: InputType = {
    dtype: "float32",
    shape: [tokens, denoiser.width / denoiser.heads / 2],
  };
  return {
    textEncoder: {
      model: "text",
      inputs: {
        characters: int(L),
        pairs: int(L),
        triples: int(L),
        terms: int(L),
        mask: float(L),
      },
      call: (p: Tensors<TextParameters>, rows: Tensors<PromptTokens>) => ({
        text: encodeText(p, rows, text),
      }),
    },
    backbone: {
      model: "backbone",
      inputs: {
        latent,
        sigma: float(),
        text: {
          tokens: float(text.queries, text.outputWidth),
          mask: float(text.queries),
        },
        words: { ids: int(W), mask: float(W) },
        positions: { cos: angles, sin: angles },
      },
      call: (p: Tensors<BackboneParameters>, inputs: BackboneInputs) => ({
        velocity: backbone(p, inputs, denoiser),
      }),
    },
    vaeEncoder: {
      model: "vae",
      inputs: { clip: float(clip.frames, clip.height, clip.width, 3) },
      call: (p: Tensors<VaeParameters>, inputs: { clip: tf.Tensor }) => ({
        ...encode(p, inputs.clip, vae),
      }),
    },
    vaeDecoder: {
      model: "vae",
      inputs: { latent },
      call: (p: Tensors<VaeParameters>, inputs: { latent: tf.Tensor }) => ({
        clip: decode(p, inputs.latent, vae),
      }),
    },
  };
}
