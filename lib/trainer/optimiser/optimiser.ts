import type * as tf from "@tensorflow/tfjs-core";
import type { NdArray } from "../../core/mod.ts";
import { adafactor, type AdafactorConfig } from "./adafactor.ts";
import { adamW, type AdamWConfig } from "./adamw.ts";
import { muon, type MuonConfig } from "./muon.ts";
import type { ElementRule } from "./small_tensors.ts";

/**
 * State of an optimiser: trees in the form of the parameters, without
 * parameters that have no state.
 */
export type Moments = Readonly<Record<string, unknown>>;

/**
 * Updates parameters by gradients.
 *
 * @typeParam S Names of the scalars that it takes in each update.
 */
export interface Optimiser<S extends string = string> {
  /** Moments before the first update. */
  init(parameters: unknown): Moments;
  /**
   * Inputs of the compiled step that change with each update, such as the
   * learning rate.
   *
   * @param update Number of the update, from 1.
   */
  scalars(update: number, learningRate: number): Readonly<Record<S, NdArray>>;
  /** One update, over trees of tensors. */
  update<P>(inputs: UpdateInputs<P, S>): { parameters: P; moments: Moments };
  /** Whether updates leave the parameter of a path unchanged. */
  isFrozen(path: string): boolean;
  /**
   * Names the rule by which a parameter is updated element by element, with
   * moments of its own shape: small ones of one rule are updated as one tensor.
   * Left out: none is.
   */
  readonly elementRule?: ElementRule;
}

/** Inputs of an update, trees of tensors. */
export interface UpdateInputs<P, S extends string = string> {
  readonly parameters: P;
  readonly gradients: P;
  readonly moments: Moments;
  readonly scalars: Readonly<Record<S, tf.Tensor>>;
  /**
   * A scalar: 1 updates; 0, with gradients of zero, leaves parameters and
   * moments unchanged, bit for bit.
   */
  readonly gate: tf.Tensor;
}

/** An optimiser as plain data. */
export type OptimiserConfig = AdamWConfig | AdafactorConfig | MuonConfig;

/** The optimiser of a configuration; one of one's own is what it is. */
export function optimiserOf(config: OptimiserConfig | Optimiser): Optimiser {
  if ("update" in config) return config;
  switch (config.name) {
    case "adamw":
      return adamW(config);
    case "adafactor":
      return adafactor(config);
    case "muon":
      return muon(config);
  }
}
