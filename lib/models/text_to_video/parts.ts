import type * as tf from "@tensorflow/tfjs-core";
import type * as z from "zod";
import type { NdArray, Rng } from "../../core/mod.ts";
import type { BackboneInputs } from "../backbone/mod.ts";
import type { AttentionContext, BlockOptions, Tensors } from "../layers/mod.ts";
import type { LatentDistribution, VaeStride } from "../vae/mod.ts";

/**
 * A backbone of one's own: noisy latents and a prompt to the velocity.
 *
 * @typeParam S Its settings.
 * @typeParam P Its parameters, a tree of arrays.
 */
export interface BackbonePart<S = unknown, P = unknown> {
  /** What `--set backbone.NAME=VALUE` may set, each with a default. */
  readonly settings: z.ZodType<S>;
  /** Channels of an attention head, even, for the rotary tables `positions`; default 32. */
  headWidth?(settings: S): number;
  /** @param inputs Channels of a latent cell, and of a text token. */
  init(
    settings: S,
    inputs: { readonly latentChannels: number; readonly textWidth: number },
    rng: Rng,
  ): P;
  /** The velocity `noise - latent`, `[B,t,h,w,Z]`. */
  velocity(
    parameters: Tensors<P>,
    inputs: BackboneInputs,
    settings: S,
    options: BlockOptions,
  ): tf.Tensor;
}

/** A text encoder of one's own; it trains together with the backbone. */
export interface TextPart<S = unknown, P = unknown> {
  /** What `--set text.NAME=VALUE` may set, each with a default. */
  readonly settings: z.ZodType<S>;
  /** Text tokens of a prompt, K. */
  tokens(settings: S): number;
  /** Channels of a text token, D. */
  width(settings: S): number;
  init(settings: S, rng: Rng): P;
  /** Prompts as arrays `[B,...]` by name; the empty prompt is the unconditional one. */
  tokenise(
    prompts: readonly string[],
    settings: S,
  ): Readonly<Record<string, NdArray>>;
  /** Tokens `[B,K,D]` with their mask `[B,K]`, 1 for a token. */
  encode(
    parameters: Tensors<P>,
    tokens: Readonly<Record<string, tf.Tensor>>,
    settings: S,
  ): AttentionContext;
}

/** A VAE of one's own, or another codec of clips. */
export interface VaePart<S = unknown, P = unknown> {
  /** What `--set vae.NAME=VALUE` may set, each with a default. */
  readonly settings: z.ZodType<S>;
  /** Channels of a latent cell, Z. */
  latentChannels(settings: S): number;
  /** Pixels and frames of a latent cell. */
  stride(settings: S): VaeStride;
  /** A tree of arrays; an empty one for a codec that learns nothing. */
  init(settings: S, rng: Rng): P;
  /** Clips `[B,T,H,W,3]` in [0,1] to latents `[B,t,h,w,Z]`. */
  encode(
    parameters: Tensors<P>,
    clips: tf.Tensor,
    settings: S,
  ): LatentDistribution;
  /** Latents `[B,t,h,w,Z]` to clips `[B,T,H,W,3]`, about [0,1]. */
  decode(parameters: Tensors<P>, latents: tf.Tensor, settings: S): tf.Tensor;
  /**
   * A scalar; default: four times the mean squared error and 1e-4 of the KL
   * divergence, as far as there is a variance.
   *
   * @param batch Clips, and standard normal noise of the latents' shape.
   */
  loss?(
    parameters: Tensors<P>,
    batch: { readonly clips: tf.Tensor; readonly noise: tf.Tensor },
    settings: S,
  ): tf.Tensor;
}

/** A loss of one's own for text encoder and backbone. */
export interface LossPart<S = unknown> {
  /** What `--set loss.NAME=VALUE` may set, each with a default. */
  readonly settings: z.ZodType<S>;
  /** The loss of each sample, `[B]`. */
  loss(inputs: LossInputs, settings: S): tf.Tensor;
  /** Noise levels of a batch in (0,1); default: logit-normal, shifted. */
  sigmas?(rng: Rng, count: number, settings: S): NdArray<"float32">;
}

/** What a loss is made of. */
export interface LossInputs {
  /** The model's velocity for noisy latents `[B,t,h,w,Z]` at sigmas `[B]`. */
  predict(latents: tf.Tensor, sigmas: tf.Tensor): tf.Tensor;
  /** Normalised latents, `[B,t,h,w,Z]`. */
  readonly latents: tf.Tensor;
  /** Standard normal, the same shape. */
  readonly noise: tf.Tensor;
  /** `[B]` in (0,1). */
  readonly sigmas: tf.Tensor;
}

/** A part with its settings, in the place of the configuration of a shipped model. */
interface Bound {
  /** Checked settings, plain JSON. */
  readonly own: unknown;
  /** What weights, checkpoints and comparisons keep. */
  toJSON(): { readonly own: unknown };
}

/** A backbone part with its settings. */
export interface OwnBackbone extends Bound {
  readonly headWidth: number;
  readonly part: BackbonePart;
}

/** A text part with its settings. */
export interface OwnText extends Bound {
  readonly outputWidth: number;
  readonly part: TextPart;
}

/** A VAE part with its settings. */
export interface OwnVae extends Bound {
  readonly latentChannels: number;
  readonly stride: VaeStride;
  readonly part: VaePart;
}

/** A loss part with its settings. */
export interface OwnLoss extends Bound {
  readonly part: LossPart;
}

function bound(settings: unknown): Bound {
  return { own: settings, toJSON: () => ({ own: settings }) };
}

const HEAD_WIDTH = 32;

/** Binds a backbone part to checked settings. */
export function ownBackbone(
  part: BackbonePart,
  settings: unknown,
): OwnBackbone {
  const headWidth = part.headWidth?.(settings) ?? HEAD_WIDTH;
  return { ...bound(settings), part, headWidth };
}

/** Binds a text part to checked settings. */
export function ownText(part: TextPart, settings: unknown): OwnText {
  return { ...bound(settings), part, outputWidth: part.width(settings) };
}

/** Binds a VAE part to checked settings. */
export function ownVae(part: VaePart, settings: unknown): OwnVae {
  return {
    ...bound(settings),
    part,
    latentChannels: part.latentChannels(settings),
    stride: part.stride(settings),
  };
}

/** Binds a loss part to checked settings. */
export function ownLoss(part: LossPart, settings: unknown): OwnLoss {
  return { ...bound(settings), part };
}

/** Whether a configuration is that of a part of one's own. */
export function isOwn<T extends object, O extends Bound>(
  config: T | O,
): config is O {
  return "own" in config;
}
