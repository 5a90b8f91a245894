import * as tf from "@tensorflow/tfjs-core";
import { isTensor } from "../../compiler/mod.ts";
import {
  isNdArray,
  leavesOf,
  matrixShape,
  treeFrom,
  zeros,
} from "../../core/mod.ts";
import { adafactor, type AdafactorConfig } from "./adafactor.ts";
import {
  adamW,
  ADAMW_DEFAULTS,
  type AdamWConfig,
  lrMultiplierOf,
} from "./adamw.ts";

/** Muon as plain data. */
export interface MuonConfig {
  readonly name: "muon";
  /** Decay of the sum of gradients in an update. */
  readonly momentum: number;
  /**
   * Paths of hidden layers, whose matrices named `weight` Muon updates.
   * Embeddings and the first and last layers train better with AdamW (Jordan et
   * al. 2024).
   */
  readonly paramPrefixes: readonly string[];
  /** Paths whose 3-D convolutions `[t,h,w,C,D]` Muon updates too, as matrices `[t h w C, D]`. */
  readonly convPrefixes: readonly string[];
  /**
   * The optimiser of all other parameters. Its weight decay and learning rate
   * multipliers also apply to the matrices.
   */
  readonly rest: AdamWConfig | AdafactorConfig;
}

/**
 * Muon for the blocks and the prompt MLP of the backbone, and for the blocks of
 * the VAE's decoder, almost all of whose weights are convolutions.
 */
export const MUON_DEFAULTS: MuonConfig = {
  name: "muon",
  momentum: 0.95,
  paramPrefixes: [
    "backbone/layers",
    "backbone/promptMlp",
    "backbone/cells/before",
    "backbone/cells/after",
    "decoder/temporal",
  ],
  convPrefixes: ["decoder/levels", "decoder/temporal"],
  rest: ADAMW_DEFAULTS,
};

/**
 * Muon for the matrices of hidden layers, AdamW or Adafactor for the rest (Jordan et al.
 * 2024, "Muon: An optimizer for hidden layers in neural networks"). A matrix
 * moves by its orthogonalised Nesterov momentum and has no second moment.
 */
export function muon(
  config: MuonConfig,
): ReturnType<typeof adamW> {
  const { momentum, rest: { weightDecay, lrMultipliers } } = config;
  const rest = config.rest.name === "adamw"
    ? adamW(config.rest)
    : adafactor(config.rest);
  const isHidden = (path: string, shape: readonly number[]): boolean =>
    isMovedByMuon(path, shape, config);
  return {
    init(parameters) {
      const leaves = leavesOf(parameters, isNdArray);
      const others = leaves.filter(([path, { shape }]) =>
        !isHidden(path, shape)
      );
      const moments = rest.init(treeFrom(others));
      const firsts = new Map(leavesOf(moments.first ?? {}, isNdArray));
      return {
        ...moments,
        first: treeFrom(
          leaves.filter(([path, { shape }]) =>
            firsts.has(path) || isHidden(path, shape)
          ).map(([path, { shape }]) =>
            [path, firsts.get(path) ?? zeros(shape)] as const
          ),
        ),
      };
    },
    scalars: rest.scalars,
    update({ parameters, gradients, moments, scalars, gate }) {
      const leaves = leavesOf(parameters, isTensor);
      const hidden = new Set(
        leaves.filter(([path, { shape }]) => isHidden(path, shape))
          .map(([path]) => path),
      );
      const othersOf = (tree: unknown) =>
        treeFrom(
          leavesOf(tree, isTensor).filter(([path]) => !hidden.has(path)),
        );
      const moved = rest.update<unknown>({
        parameters: othersOf(parameters),
        gradients: othersOf(gradients),
        moments: { ...moments, first: othersOf(moments.first) },
        scalars,
        gate,
      });
      const next = new Map(leavesOf(moved.parameters, isTensor));
      const firsts = new Map(leavesOf(moved.moments.first ?? {}, isTensor));
      const g = new Map(leavesOf(gradients, isTensor));
      const sums = new Map(leavesOf(moments.first, isTensor));
      const learningRate = tf.mul(scalars.learningRate, gate);
      const keepSum = tf.where(
        tf.greater(gate, 0),
        tf.scalar(momentum),
        tf.scalar(1),
      );
      const trained: [path: string, parameter: tf.Tensor][] = [];
      for (const [path, p] of leaves) {
        if (!hidden.has(path)) continue;
        if (lrMultiplierOf(path, lrMultipliers) === 0) {
          next.set(path, p);
          firsts.set(path, sums.get(path)!);
        } else trained.push([path, p]);
      }
      // Batch by batch, so that the values between are freed before the next.
      for (const batch of batchesOf(trained)) {
        const ahead = batch.map(([path, p]) => {
          const gradient = g.get(path)!;
          const sum = tf.add(tf.mul(sums.get(path)!, keepSum), gradient);
          firsts.set(path, sum);
          return tf.reshape(
            tf.add(tf.mul(sum, momentum), gradient),
            matrixShape(p.shape),
          );
        });
        const directions = ahead.length === 1
          ? [orthogonalised(ahead[0]!)]
          : tf.unstack(orthogonalised(tf.stack(ahead)));
        for (const [i, [path, p]] of batch.entries()) {
          const factor = lrMultiplierOf(path, lrMultipliers);
          const length = tf.mul(
            learningRate,
            factor * muonScale(matrixShape(p.shape)),
          );
          const keep = tf.sub(1, tf.mul(learningRate, weightDecay * factor));
          next.set(
            path,
            tf.sub(
              tf.mul(p, keep),
              tf.mul(tf.reshape(directions[i]!, p.shape), length),
            ),
          );
        }
      }
      const inOrder = (of: ReadonlyMap<string, tf.Tensor>) =>
        treeFrom(
          leaves.filter(([path]) => of.has(path))
            .map(([path]) => [path, of.get(path)!]),
        );
      return {
        parameters: inOrder(next) as typeof parameters,
        moments: { ...moved.moments, first: inOrder(firsts) },
      };
    },
    isFrozen: rest.isFrozen,
    elementRule: (path, shape) =>
      isHidden(path, shape) ? undefined : rest.elementRule?.(path, shape),
  };
}

/**
 * Whether Muon updates a parameter.
 */
export function isMovedByMuon(
  path: string,
  shape: readonly number[],
  { paramPrefixes, convPrefixes }: Pick<
    MuonConfig,
    "paramPrefixes" | "convPrefixes"
  >,
): boolean {
  const prefixes = shape.length === 2
    ? paramPrefixes
    : shape.length === 5
    ? convPrefixes
    : [];
  return path.endsWith("/weight") &&
    prefixes.some((prefix) => path.startsWith(`${prefix}/`));
}

/**
 * Coefficients of the odd polynomial `a x + b x^3 + c x^5`, whose iteration maps
 * every singular value in (0, 1] to about 1 (Jordan et al. 2024).
 */
const QUINTIC = [3.4445, -4.775, 2.0315] as const;
const ITERATIONS = 5;

/**
 * The nearest matrix with singular values of about 1 (0.7 to 1.2), by five
 * Newton-Schulz iterations (Jordan et al. 2024, "Muon: An optimizer for hidden
 * layers in neural networks").
 *
 * @param matrix `[M, N]` float32, or several, `[K, M, N]`
 * @returns the same shape; zeros for zeros.
 */
export function orthogonalised(matrix: tf.Tensor): tf.Tensor {
  const [rows, columns] = matrix.shape.slice(-2) as [number, number];
  const [a, b, c] = QUINTIC;
  const isTall = rows > columns; // computes the smaller square
  const norm = tf.sqrt(tf.sum(tf.square(matrix), [-2, -1], true));
  let x = tf.div(matrix, tf.add(norm, 1e-7));
  for (let i = 0; i < ITERATIONS; i++) {
    const square = tf.matMul(x, x, isTall, !isTall);
    const polynomial = tf.add(
      tf.mul(square, b),
      tf.mul(tf.matMul(square, square), c),
    );
    const change = isTall ? tf.matMul(x, polynomial) : tf.matMul(polynomial, x);
    x = tf.add(tf.mul(x, a), change);
  }
  return x;
}

/** Matrices of one shape are orthogonalised together, up to so many elements in all. */
const MAX_BATCH_ELEMENTS = 2 ** 20;

/** Parameters in batches of one shape, in the order of their first ones. */
function batchesOf<T extends readonly [path: string, parameter: tf.Tensor]>(
  parameters: readonly T[],
): T[][] {
  const batches: T[][] = [];
  const open = new Map<string, T[]>();
  for (const entry of parameters) {
    const [, { shape, size }] = entry;
    const key = matrixShape(shape).join();
    const batch = open.get(key);
    if (batch && (batch.length + 1) * size <= MAX_BATCH_ELEMENTS) {
      batch.push(entry);
    } else {
      const begun = [entry];
      open.set(key, begun);
      batches.push(begun);
    }
  }
  return batches;
}

/**
 * Scales an update of Muon to the size of one of AdamW, about 0.2 an element, so
 * that both use the same learning rate and decay (Liu et al. 2025, arXiv
 * 2502.16982).
 */
export function muonScale([rows, columns]: readonly number[]): number {
  return 0.2 * Math.sqrt(Math.max(rows!, columns!));
}
