import * as tf from "@tensorflow/tfjs-core";
import { float32, type NdArray } from "../core/mod.ts";
import { motionEnergy } from "../models/diffusion/mod.ts";
import type { VaeStride } from "../models/vae/mod.ts";
import {
  decodeLinearly,
  type LinearDecoder,
  type LinearDecoders,
  pixelsFor,
} from "./linear_decoder.ts";
import { checkMotion, fastestOf, type MotionField } from "./motion_field.ts";

/** A motion that steers the sampler. */
export interface MotionGuidance {
  readonly field: MotionField;
  /** Length of a step against the motion's error, in standard deviations of a latent number; {@link MOTION_STRENGTH} where left out. */
  readonly strength?: number;
  /** Noise levels at which it acts, lowest and highest; {@link MOTION_SIGMAS} where left out. */
  readonly sigmas?: readonly [low: number, high: number];
}

/** Strength at which clips of the shipped model moved as asked and stayed whole. */
export const MOTION_STRENGTH = 3;
/** Motion is decided at high noise; steps below this one only cost the picture. */
export const MOTION_SIGMAS: readonly [low: number, high: number] = [0.3, 1];

/** The fastest motion that latents can tell, in pixels a frame. */
export function fastestMotion({ space }: VaeStride): number {
  return 0.75 * space;
}

/** A motion as the compiled sampler takes it. */
export interface SamplerMotion {
  /** In pixels of the linear decoder, `[T-1,h',w',2]`, and `[T-1,h',w']`. */
  readonly flow: NdArray<"float32">;
  readonly weight: NdArray<"float32">;
  readonly decoder: LinearDecoder;
  readonly strength: number;
  readonly sigmas: readonly [low: number, high: number];
}

/** The inputs of the sampler. */
export async function samplerMotion(
  { field, strength = MOTION_STRENGTH, sigmas = MOTION_SIGMAS }: MotionGuidance,
  { stride, decoders }: {
    readonly stride: VaeStride;
    readonly decoders: LinearDecoders;
  },
): Promise<SamplerMotion> {
  checkMotion(field, fastestMotion(stride));
  const pixels = pixelsFor(stride, fastestOf(field));
  const decoder = await decoders(pixels);
  return { ...coarser(field, pixels), decoder, strength, sigmas };
}

/** The energy of clean latents `[B,t,h,w,Z]`, `[B]`: how far they are from the motion. */
export function latentMotionEnergy(
  latent: tf.Tensor,
  { flow, weight, decoder }: {
    readonly flow: tf.Tensor;
    readonly weight: tf.Tensor;
    readonly decoder: { readonly weight: tf.Tensor; readonly bias: tf.Tensor };
  },
): tf.Tensor {
  const [, t = 1, h = 1] = latent.shape;
  const [pairs = 0, rows = 1] = flow.shape;
  const cell = { time: (pairs + 1) / t, side: rows / h };
  return motionEnergy(decodeLinearly(decoder, latent, cell), { flow, weight });
}

/** Means over squares of pixels, displacements in their sides. */
function coarser(
  { frames, height, width, data, weight }: MotionField,
  pixels: number,
): { flow: NdArray<"float32">; weight: NdArray<"float32"> } {
  const [h, w] = [height / pixels, width / pixels];
  const flow = new Float32Array(frames * h * w * 2);
  const counts = new Float32Array(frames * h * w);
  for (const [i, count] of weight.entries()) {
    const [x, y, t] = [
      Math.floor(i % width / pixels),
      Math.floor(Math.floor(i / width) % height / pixels),
      Math.floor(i / (width * height)),
    ];
    const at = (t * h + y) * w + x;
    counts[at]! += count;
    flow[2 * at]! += count * data[2 * i]!;
    flow[2 * at + 1]! += count * data[2 * i + 1]!;
  }
  for (const [at, count] of counts.entries()) {
    if (count === 0) continue;
    flow[2 * at]! /= count * pixels;
    flow[2 * at + 1]! /= count * pixels;
    counts[at] = count / pixels ** 2;
  }
  return {
    flow: float32([frames, h, w, 2], flow),
    weight: float32([frames, h, w], counts),
  };
}
