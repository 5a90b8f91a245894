import type * as tf from "@tensorflow/tfjs-core";
import type { NdArray } from "../../core/mod.ts";
import { adamW, type AdamWConfig } from "./adamw.ts";
import { muon, type MuonConfig } from "./muon.ts";

/**
 * State of an optimiser: trees in the form of the parameters, without
 * parameters that have no state.
 */
export type Moments = Readonly<Record<string, unknown>>;

/** Inputs of the compiled step that change with each update, scalars. */
export interface OptimiserScalars<T> {
  readonly learningRate: T;
  /** Scales the first sum to a mean: `(1 - beta1) / (1 - beta1^update)`. */
  readonly firstCorrection: T;
  /** Scales the second sum to a mean: `(1 - beta2) / (1 - beta2^update)`. */
  readonly secondCorrection: T;
}

/** Updates parameters by gradients. */
export interface Optimiser {
  /** Moments before the first update. */
  init(parameters: unknown): Moments;
  /** @param update Number of the update, from 1. */
  scalars(update: number, learningRate: number): OptimiserScalars<NdArray>;
  /** One update, over trees of tensors. */
  update<P>(inputs: UpdateInputs<P>): { parameters: P; moments: Moments };
  /** Whether updates leave the parameter of a path unchanged. */
  isFrozen(path: string): boolean;
}

/** Inputs of an update, trees of tensors. */
export interface UpdateInputs<P> {
  readonly parameters: P;
  readonly gradients: P;
  readonly moments: Moments;
  readonly scalars: OptimiserScalars<tf.Tensor>;
  /**
   * A scalar: 1 updates; 0, with gradients of zero, leaves parameters and
   * moments unchanged, bit for bit.
   */
  readonly gate: tf.Tensor;
}

/** An optimiser as plain data. */
export type OptimiserConfig = AdamWConfig | MuonConfig;

/** The optimiser of a configuration. */
export function optimiserOf(config: OptimiserConfig): Optimiser {
  return config.name === "muon" ? muon(config) : adamW(config);
}
