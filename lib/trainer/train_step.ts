import type * as tf from "@tensorflow/tfjs-core";
import { isNdArray, leavesOf, sizeOf } from "../core/mod.ts";
import { type Loss, lossAndGradients } from "../compiler/mod.ts";
import {
  adamW,
  type AdamWOptions,
  clipByGlobalNorm,
  initMoments,
  type Moments,
  type StepScalars,
} from "./optimiser/mod.ts";

/** All that a training step changes. */
export interface TrainState<P> {
  readonly parameters: P;
  readonly moments: Moments<P>;
}

/** The state before the first step. */
export function initTrainState<P>(parameters: P): TrainState<P> {
  return { parameters, moments: initMoments(parameters) };
}

/** How a step updates. */
export interface UpdateOptions {
  readonly optimiser: AdamWOptions;
  /** Largest common norm of the gradients. */
  readonly clipNorm: number;
}

/** What a step is given. */
export interface StepInputs<B> {
  readonly batch: B;
  readonly scalars: StepScalars<tf.Tensor>;
}

/** What a step tells. */
export type StepOutputs<A> = A & {
  readonly loss: tf.Tensor;
  readonly gradientNorm: tf.Tensor;
};

/** A step as a function to compile. */
export type TrainStep<P, B, A> = (
  state: TrainState<P>,
  inputs: StepInputs<B>,
) => { state: TrainState<P>; outputs: StepOutputs<A> };

/**
 * Makes a whole training step of a loss, as one function to compile: forward
 * and backward pass, clipping at the global norm, AdamW.
 */
export function trainStep<P, B, A>(
  lossOf: (parameters: P, batch: B) => Loss<A>,
  { optimiser, clipNorm }: UpdateOptions,
): TrainStep<P, B, A> {
  return (state, { batch, scalars }) => {
    const { loss, metrics, gradients } = lossAndGradients(
      (parameters) => lossOf(parameters, batch),
      state.parameters,
    );
    const clipped = clipByGlobalNorm(gradients, clipNorm);
    const next = adamW(
      state.parameters,
      clipped.gradients,
      state.moments,
      scalars,
      optimiser,
    );
    return {
      state: next,
      outputs: { ...metrics, loss, gradientNorm: clipped.norm },
    };
  };
}

/** Numbers in a tree of parameters. */
export function countParameters(parameters: unknown): number {
  return leavesOf(parameters, isNdArray)
    .reduce((sum, [, { shape }]) => sum + sizeOf(shape), 0);
}
