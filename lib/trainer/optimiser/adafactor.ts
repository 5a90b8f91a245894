import * as tf from "@tensorflow/tfjs-core";
import { isTensor } from "../../compiler/mod.ts";
import {
  isNdArray,
  leavesOf,
  matrixShape,
  scalar,
  treeFrom,
  zeros,
} from "../../core/mod.ts";
import { lrMultiplierOf, type LrMultipliers } from "./adamw.ts";
import type { Optimiser } from "./optimiser.ts";

/** Adafactor as plain data. */
export interface AdafactorConfig {
  readonly name: "adafactor";
  /** Decay rates of the moments; a first of 0 keeps no first moment. */
  readonly betas: readonly [first: number, second: number];
  /** Added to the root of the second moment. */
  readonly epsilon: number;
  /** Decay of weights of rank 2 and more in an update, times the learning rate. */
  readonly weightDecay: number;
  readonly lrMultipliers?: LrMultipliers;
}

/** Without a first moment: the smallest state. */
export const ADAFACTOR_DEFAULTS: AdafactorConfig = {
  name: "adafactor",
  betas: [0, 0.99],
  epsilon: 1e-8,
  weightDecay: 0.01,
};

/** Keeps the mean of rows that have seen no gradient from dividing by zero. */
const TINY = 1e-30;

/** Root mean square of an update without a first moment at most (section 6). */
const MAX_RMS = 1;

/**
 * Adafactor (Shazeer & Stern 2018, arXiv 1804.04235): AdamW whose second moment
 * of a weight of `R` rows and `C` columns is the product of the means of its rows
 * and of its columns over the mean of all (algorithm 2), `R + C` numbers in place
 * of `R C`. All axes but the last are rows; vectors keep a full second moment.
 *
 * Of the paper it has the clipping of an update without a first moment, and not
 * the relative step size: the learning rate is that of AdamW, as with Zhai et al.
 * 2022 (arXiv 2106.04560, section 3.4). Moments are decayed sums, see `adamW`.
 */
export function adafactor(
  { betas: [beta1, beta2], epsilon, weightDecay, lrMultipliers }:
    AdafactorConfig,
): Optimiser<"learningRate" | "firstCorrection" | "secondCorrection"> {
  const hasFirst = beta1 > 0;
  return {
    init(parameters) {
      const leaves = leavesOf(parameters, isNdArray);
      const matrices = leaves.filter(([, { shape }]) => isFactored(shape));
      const rest = leaves.filter(([, { shape }]) => !isFactored(shape));
      const zerosOf = (
        of: typeof leaves,
        shapeOf: (shape: readonly number[]) => readonly number[],
      ) =>
        treeFrom(of.map(([path, { shape }]) => [path, zeros(shapeOf(shape))]));
      return {
        ...(hasFirst && { first: zerosOf(leaves, (shape) => shape) }),
        rows: zerosOf(matrices, (shape) => [matrixShape(shape)[0], 1]),
        columns: zerosOf(matrices, (shape) => [1, matrixShape(shape)[1]]),
        second: zerosOf(rest, (shape) => shape),
      };
    },
    scalars: (update, learningRate) => ({
      learningRate: scalar(learningRate),
      firstCorrection: scalar((1 - beta1) / (1 - beta1 ** update)),
      secondCorrection: scalar((1 - beta2) / (1 - beta2 ** update)),
    }),
    update({ parameters, gradients, moments, scalars, gate }) {
      const mapOf = (tree: unknown) => new Map(leavesOf(tree, isTensor));
      const g = mapOf(gradients);
      const before = {
        first: mapOf(moments.first ?? {}),
        rows: mapOf(moments.rows),
        columns: mapOf(moments.columns),
        second: mapOf(moments.second),
      };
      const after: Record<keyof typeof before, [string, tf.Tensor][]> = {
        first: [],
        rows: [],
        columns: [],
        second: [],
      };
      const open = tf.greater(gate, 0);
      const learningRate = tf.mul(scalars.learningRate, gate);
      const keepFirst = tf.where(open, tf.scalar(beta1), tf.scalar(1));
      const keepSecond = tf.where(open, tf.scalar(beta2), tf.scalar(1));
      const correction = tf.sqrt(scalars.secondCorrection);
      /** The next decayed sum, kept for the next state. */
      const summed = (
        name: keyof typeof before,
        path: string,
        keep: tf.Tensor,
        value: tf.Tensor,
      ): tf.Tensor => {
        const sum = tf.add(tf.mul(before[name].get(path)!, keep), value);
        after[name].push([path, sum]);
        return sum;
      };
      const updated = leavesOf(parameters, isTensor).map(([path, p]) => {
        const factor = lrMultiplierOf(path, lrMultipliers);
        if (factor === 0) {
          for (const name of Object.keys(before) as (keyof typeof before)[]) {
            const kept = before[name].get(path);
            if (kept) after[name].push([path, kept]);
          }
          return [path, p] as const;
        }
        const gradient = g.get(path)!;
        const squares = tf.square(gradient);
        const numerator = hasFirst
          ? tf.mul(
            summed("first", path, keepFirst, gradient),
            scalars.firstCorrection,
          )
          : gradient;
        let root: tf.Tensor;
        if (isFactored(p.shape)) {
          const [R, C] = matrixShape(p.shape);
          const matrix = tf.reshape(squares, [R, C]);
          const rows = summed(
            "rows",
            path,
            keepSecond,
            tf.mean(matrix, 1, true),
          );
          const columns = summed(
            "columns",
            path,
            keepSecond,
            tf.mean(matrix, 0, true),
          );
          const share = tf.sqrt(tf.div(rows, tf.add(tf.mean(rows), TINY)));
          root = tf.reshape(tf.mul(share, tf.sqrt(columns)), p.shape);
        } else {
          root = tf.sqrt(summed("second", path, keepSecond, squares));
        }
        const step = tf.div(
          numerator,
          tf.add(tf.mul(root, correction), epsilon),
        );
        const change = hasFirst ? step : clippedByRms(step);
        const rate = tf.mul(learningRate, factor);
        const kept = p.rank >= 2
          ? tf.mul(p, tf.sub(1, tf.mul(rate, weightDecay)))
          : p;
        return [path, tf.sub(kept, tf.mul(change, rate))] as const;
      });
      return {
        parameters: treeFrom(updated) as typeof parameters,
        moments: {
          ...(hasFirst && { first: treeFrom(after.first) }),
          rows: treeFrom(after.rows),
          columns: treeFrom(after.columns),
          second: treeFrom(after.second),
        },
      };
    },
    isFrozen: (path) => lrMultiplierOf(path, lrMultipliers) === 0,
    elementRule(path, shape) {
      const factor = lrMultiplierOf(path, lrMultipliers);
      // Without a first moment each update has a limit of its own.
      const isJoint = factor !== 0 && hasFirst && !isFactored(shape);
      return isJoint ? `rate times ${factor}` : undefined;
    },
  };
}

/** Whether the second moment of a weight is factored. */
function isFactored(shape: readonly number[]): boolean {
  return shape.length >= 2;
}

/** An update whose root mean square is at most {@link MAX_RMS}. */
function clippedByRms(step: tf.Tensor): tf.Tensor {
  const rms = tf.sqrt(tf.mean(tf.square(step)));
  return tf.div(step, tf.maximum(1, tf.div(rms, MAX_RMS)));
}
