import * as tf from "@tensorflow/tfjs-core";
import {
  isNdArray,
  leavesOf,
  mapTree,
  scalar,
  treeFrom,
  zeros,
} from "../../core/mod.ts";
import { isTensor } from "../../compiler/mod.ts";
import type { Optimiser } from "./optimiser.ts";

/**
 * Factors on the learning rate of all parameters under a path, default 1.
 * Parameters with the factor 0 are frozen: no gradient is computed.
 */
export type LrMultipliers = Readonly<Record<string, number>>;

/** AdamW as plain data. */
export interface AdamWConfig {
  readonly name: "adamw";
  /** Decay rates of the moments. */
  readonly betas: readonly [first: number, second: number];
  /** Added to the root of the second moment. */
  readonly epsilon: number;
  /** Decay of weights of rank 2 and more in an update, times the learning rate. */
  readonly weightDecay: number;
  readonly lrMultipliers?: LrMultipliers;
}

/**
 * Scalars of an update. The corrections scale the sums to means:
 * `(1 - beta) / (1 - beta^update)`.
 */
type AdamWScalar = "learningRate" | "firstCorrection" | "secondCorrection";

/** Common values for transformers. */
export const ADAMW_DEFAULTS: AdamWConfig = {
  name: "adamw",
  betas: [0.9, 0.99],
  epsilon: 1e-8,
  weightDecay: 0.01,
};

/**
 * AdamW (Loshchilov & Hutter 2017, arXiv 1711.05101):
 * `p - rate * (m / (sqrt(v) + epsilon) + decay * p)`, with `m` and `v` the
 * corrected moments.
 *
 * The moments `first` and `second` are decayed sums of gradients and of their
 * squares: AdamW's means up to a factor, which the scalars include. This saves
 * one pass over memory for each moment.
 */
export function adamW(
  { betas: [beta1, beta2], epsilon, weightDecay, lrMultipliers }: AdamWConfig,
): Optimiser<AdamWScalar> {
  return {
    init(parameters) {
      const zero = () =>
        mapTree(parameters, isNdArray, ({ shape }) => zeros(shape));
      return { first: zero(), second: zero() };
    },
    scalars: (update, learningRate) => ({
      learningRate: scalar(learningRate),
      firstCorrection: scalar((1 - beta1) / (1 - beta1 ** update)),
      secondCorrection: scalar((1 - beta2) / (1 - beta2 ** update)),
    }),
    update({ parameters, gradients, moments, scalars, gate }) {
      const [g, m, v] = [gradients, moments.first, moments.second]
        .map((tree) => new Map(leavesOf(tree, isTensor)));
      const learningRate = tf.mul(scalars.learningRate, gate);
      const open = tf.greater(gate, 0);
      const keepFirst = tf.where(open, tf.scalar(beta1), tf.scalar(1));
      const keepSecond = tf.where(open, tf.scalar(beta2), tf.scalar(1));
      // The scalars include the second correction instead of every element:
      // sqrt(c v) + epsilon = sqrt(c) (sqrt(v) + epsilon / sqrt(c)).
      const correction = tf.sqrt(scalars.secondCorrection);
      const rate = tf.div(
        tf.mul(learningRate, scalars.firstCorrection),
        correction,
      );
      const floor = tf.div(epsilon, correction);
      const scaled = (factor: number) => ({
        keep: tf.sub(1, tf.mul(learningRate, weightDecay * factor)),
        rate: factor === 1 ? rate : tf.mul(rate, factor),
      });
      // One pair of scalars for each distinct factor.
      const scales = new Map<number, ReturnType<typeof scaled>>();
      const updated = leavesOf(parameters, isTensor).map(([path, p]) => {
        const [gradient, sum, squares] = [g, m, v].map((of) => of!.get(path)!);
        const factor = lrMultiplierOf(path, lrMultipliers);
        if (factor === 0) {
          return { path, parameter: p, first: sum!, second: squares! };
        }
        if (!scales.has(factor)) scales.set(factor, scaled(factor));
        const { keep, rate } = scales.get(factor)!;
        const first = tf.add(tf.mul(sum!, keepFirst), gradient!);
        const second = tf.add(
          tf.mul(squares!, keepSecond),
          tf.square(gradient!),
        );
        const change = tf.mul(
          tf.div(first, tf.add(tf.sqrt(second), floor)),
          rate,
        );
        const kept = p.rank >= 2 ? tf.mul(p, keep) : p;
        return { path, parameter: tf.sub(kept, change), first, second };
      });
      const tree = (name: "parameter" | "first" | "second") =>
        treeFrom(updated.map((leaf) => [leaf.path, leaf[name]]));
      return {
        parameters: tree("parameter") as typeof parameters,
        moments: { first: tree("first"), second: tree("second") },
      };
    },
    isFrozen: (path) => lrMultiplierOf(path, lrMultipliers) === 0,
    elementRule(path) {
      const factor = lrMultiplierOf(path, lrMultipliers);
      return factor === 0 ? undefined : `rate times ${factor}`;
    },
  };
}

/** The factor on the learning rate of a parameter. */
export function lrMultiplierOf(
  path: string,
  multipliers: LrMultipliers = {},
): number {
  const [, factor] =
    Object.entries(multipliers).find(([name]) =>
      path === name || path.startsWith(`${name}/`)
    ) ?? [];
  return factor ?? 1;
}
