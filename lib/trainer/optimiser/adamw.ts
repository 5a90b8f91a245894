import * as tf from "@tensorflow/tfjs-core";
import {
  isNdArray,
  leavesOf,
  mapTree,
  type NdArray,
  scalar,
  treeFrom,
  zeros,
} from "../../core/mod.ts";
import { isTensor } from "../../compiler/mod.ts";
import {
  isMovedByMuon,
  type MuonOptions,
  muonScale,
  orthogonalised,
} from "./muon.ts";

/** What AdamW is told once. */
export interface AdamWOptions {
  /** Decay rates of the moments. */
  readonly betas: readonly [first: number, second: number];
  /** Added to the root of the second moment. */
  readonly epsilon: number;
  /** Decay of weights of rank 2 and more, a step, times the learning rate. */
  readonly weightDecay: number;
  /**
   * Factors on the learning rate of all parameters under a path, 1 where none
   * is named. At 0 they stay as they are, and no gradient is computed for them.
   */
  readonly rates?: Readonly<Record<string, number>>;
  /** Moves the matrices of hidden layers by Muon; without it, AdamW moves all. */
  readonly muon?: MuonOptions;
}

/**
 * The factor on the learning rate of a parameter.
 *
 * @example
 * ```ts
 * import { rateOf } from "lib/trainer/mod.ts";
 * import assert from "node:assert/strict";
 *
 * assert.equal(rateOf("text/ngrams", { text: 0.1 }), 0.1);
 * assert.equal(rateOf("textual", { text: 0.1 }), 1);
 * ```
 */
export function rateOf(
  path: string,
  rates: AdamWOptions["rates"] = {},
): number {
  const [, rate] =
    Object.entries(rates).find(([name]) =>
      path === name || path.startsWith(`${name}/`)
    ) ?? [];
  return rate ?? 1;
}

/** Values that have served most transformers. */
export const ADAMW_DEFAULTS: AdamWOptions = {
  betas: [0.9, 0.99],
  epsilon: 1e-8,
  weightDecay: 0.01,
};

/**
 * Running sums of gradients and of their squares, in the form of the parameters:
 * AdamW's means, but for a factor that goes into the scalars of a step. So each
 * moment takes one pass over memory less.
 */
export interface Moments<P> {
  readonly first: P;
  readonly second: P;
}

/** Moments before the first step. */
export function initMoments<P>(parameters: P): Moments<P> {
  const zero = (array: NdArray): NdArray => zeros(array.shape);
  return {
    first: mapTree(parameters, isNdArray, zero) as P,
    second: mapTree(parameters, isNdArray, zero) as P,
  };
}

/** What changes from step to step, given to the compiled step as scalars. */
export interface StepScalars<T> {
  readonly learningRate: T;
  /** What makes a mean of the first sum: `(1 - beta1) / (1 - beta1^step)`. */
  readonly firstCorrection: T;
  /** The same for the second: `(1 - beta2) / (1 - beta2^step)`. */
  readonly secondCorrection: T;
}

/**
 * The scalars of a step.
 *
 * @param step Number of this step; the first is 1.
 *
 * @example
 * ```ts
 * import { ADAMW_DEFAULTS, stepScalars } from "lib/trainer/optimiser/mod.ts";
 * import assert from "node:assert/strict";
 *
 * const { firstCorrection } = stepScalars(2, 1e-3, { ...ADAMW_DEFAULTS, betas: [0.5, 0.5] });
 * assert.equal(firstCorrection.data[0], Math.fround(2 / 3));
 * ```
 */
export function stepScalars(
  step: number,
  learningRate: number,
  { betas: [first, second] }: AdamWOptions,
): StepScalars<NdArray> {
  return {
    learningRate: scalar(learningRate),
    firstCorrection: scalar((1 - first) / (1 - first ** step)),
    secondCorrection: scalar((1 - second) / (1 - second ** step)),
  };
}

/**
 * One step of AdamW (Loshchilov & Hutter 2017, arXiv 1711.05101), for trees of
 * tensors: `p - rate * (m / (sqrt(v) + epsilon) + decay * p)`, with `m` and `v`
 * the corrected moments. Matrices that are left to Muon move by the orthogonalised
 * first sum, with Nesterov's look ahead, and leave the second as it is.
 *
 * @param gate 1 for an update. 0, with gradients of zero, leaves parameters and
 *   moments as they are, bit for bit.
 */
export function adamW<P>(
  parameters: P,
  gradients: P,
  moments: Moments<P>,
  scalars: StepScalars<tf.Tensor>,
  { betas: [beta1, beta2], epsilon, weightDecay, rates, muon }: AdamWOptions,
  gate: tf.Tensor = tf.scalar(1),
): { parameters: P; moments: Moments<P> } {
  const of = (tree: P): tf.Tensor[] =>
    leavesOf(tree, isTensor).map(([, tensor]) => tensor);
  const paths = leavesOf(parameters, isTensor).map(([path]) => path);
  const g = of(gradients);
  const m = of(moments.first);
  const v = of(moments.second);
  const learningRate = tf.mul(scalars.learningRate, gate);
  const open = tf.greater(gate, 0);
  const keepFirst = tf.where(open, tf.scalar(beta1), tf.scalar(1));
  const keepSecond = tf.where(open, tf.scalar(beta2), tf.scalar(1));
  const keepMomentum = tf.where(
    open,
    tf.scalar(muon?.momentum ?? 0),
    tf.scalar(1),
  );
  // The second moment's correction goes into scalars instead of every element:
  // sqrt(c v) + epsilon = sqrt(c) (sqrt(v) + epsilon / sqrt(c)).
  const correction = tf.sqrt(scalars.secondCorrection);
  const rate = tf.div(
    tf.mul(learningRate, scalars.firstCorrection),
    correction,
  );
  const floor = tf.div(epsilon, correction);
  // Scalars, one pair for each factor that occurs.
  const scaled = (factor: number) => ({
    keep: tf.sub(1, tf.mul(learningRate, weightDecay * factor)),
    rate: factor === 1 ? rate : tf.mul(rate, factor),
  });
  const factors = paths.map((path) => rateOf(path, rates));
  const scalarsOf = new Map(
    [...new Set(factors)].map((factor) => [factor, scaled(factor)]),
  );
  const updated = of(parameters).map((p, i) => {
    if (factors[i] === 0) {
      return { parameter: p, first: m[i]!, second: v[i]! };
    }
    const { keep, rate } = scalarsOf.get(factors[i]!)!;
    if (muon && isMovedByMuon(paths[i]!, p.shape, muon)) {
      const first = tf.add(tf.mul(m[i]!, keepMomentum), g[i]!);
      const ahead = tf.add(tf.mul(first, muon.momentum), g[i]!);
      const length = tf.mul(learningRate, factors[i]! * muonScale(p.shape));
      const change = tf.mul(orthogonalised(ahead), length);
      const parameter = tf.sub(tf.mul(p, keep), change);
      return { parameter, first, second: v[i]! };
    }
    const first = tf.add(tf.mul(m[i]!, keepFirst), g[i]!);
    const second = tf.add(tf.mul(v[i]!, keepSecond), tf.square(g[i]!));
    const root = tf.add(tf.sqrt(second), floor);
    const change = tf.mul(tf.div(first, root), rate);
    const kept = p.rank >= 2 ? tf.mul(p, keep) : p;
    return { parameter: tf.sub(kept, change), first, second };
  });
  const tree = (name: "parameter" | "first" | "second"): P =>
    treeFrom(paths.map((path, i) => [path, updated[i]![name]] as const)) as P;
  return {
    parameters: tree("parameter"),
    moments: { first: tree("first"), second: tree("second") },
  };
}
