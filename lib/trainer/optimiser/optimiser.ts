import type * as tf from "@tensorflow/tfjs-core";
import type { NdArray } from "../../core/mod.ts";
import { adamW, type AdamWConfig } from "./adamw.ts";
import { muon, type MuonConfig } from "./muon.ts";

/**
 * What an optimiser keeps from update to update: trees in the form of the
 * parameters, without the parameters that it keeps nothing of.
 */
export type Moments = Readonly<Record<string, unknown>>;

/** What changes from update to update, given to the compiled step as scalars. */
export interface OptimiserScalars<T> {
  readonly learningRate: T;
  /** Makes a mean of the first sum: `(1 - beta1) / (1 - beta1^update)`. */
  readonly firstCorrection: T;
  /** Makes a mean of the second: `(1 - beta2) / (1 - beta2^update)`. */
  readonly secondCorrection: T;
}

/** How parameters move on gradients. */
export interface Optimiser {
  /** Moments before the first update. */
  init(parameters: unknown): Moments;
  /**
   * The scalars of an update.
   *
   * @param update Number of the update; the first is 1.
   */
  scalars(update: number, learningRate: number): OptimiserScalars<NdArray>;
  /** One update, over trees of tensors. */
  update<P>(inputs: UpdateInputs<P>): { parameters: P; moments: Moments };
}

/** What an update goes by, trees of tensors. */
export interface UpdateInputs<P> {
  readonly parameters: P;
  readonly gradients: P;
  readonly moments: Moments;
  readonly scalars: OptimiserScalars<tf.Tensor>;
  /**
   * A scalar: 1 for an update. 0, with gradients of zero, leaves parameters
   * and moments as they are, bit for bit.
   */
  readonly gate: tf.Tensor;
}

/** An optimiser as plain data. */
export type OptimiserConfig = AdamWConfig | MuonConfig;

/** The optimiser of a configuration. */
export function optimiserOf(config: OptimiserConfig): Optimiser {
  return config.name === "muon" ? muon(config) : adamW(config);
}
