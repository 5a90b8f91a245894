import * as tf from "@tensorflow/tfjs-core";

/** What Muon is told once. */
export interface MuonOptions {
  /** How much of the sum of gradients stays from step to step. */
  readonly momentum: number;
  /**
   * Paths under which matrices named `weight` move by Muon: the hidden layers.
   * Embeddings, and what reads the input or writes the output, are not bettered
   * by it (Jordan et al. 2024).
   */
  readonly under: readonly string[];
}

/** For the backbone's blocks and its memory, which is read before all of them. */
export const MUON_DEFAULTS: MuonOptions = {
  momentum: 0.95,
  under: ["backbone/layers", "backbone/memory"],
};

/**
 * Says whether Muon moves a parameter.
 *
 * @example
 * ```ts
 * import { isMovedByMuon, MUON_DEFAULTS } from "lib/trainer/mod.ts";
 * import assert from "node:assert/strict";
 *
 * const up = "backbone/layers/block00/feedForward/up/weight";
 * assert.ok(isMovedByMuon(up, [192, 768], MUON_DEFAULTS));
 * assert.ok(!isMovedByMuon("backbone/words", [8192, 192], MUON_DEFAULTS));
 * ```
 */
export function isMovedByMuon(
  path: string,
  shape: readonly number[],
  { under }: MuonOptions,
): boolean {
  return shape.length === 2 && path.endsWith("/weight") &&
    under.some((folder) => path.startsWith(`${folder}/`));
}

/**
 * Of an odd polynomial `a x + b x^3 + c x^5` that, applied again and again,
 * takes every singular value in (0, 1] to about 1 (Jordan et al. 2024).
 */
const QUINTIC = [3.4445, -4.775, 2.0315] as const;
const ITERATIONS = 5;

/**
 * The nearest matrix with singular values of about 1 (0.7 to 1.2), by five
 * Newton-Schulz iterations (Jordan et al. 2024, "Muon: An optimizer for hidden
 * layers in neural networks").
 *
 * @param matrix `[M, N]` float32
 * @returns `[M, N]` float32; of zeros, zeros.
 *
 * @example
 * ```ts
 * import { orthogonalised } from "lib/trainer/mod.ts";
 * import "lib/compiler/eager.ts";
 * import * as tf from "@tensorflow/tfjs-core";
 * import assert from "node:assert/strict";
 *
 * const [a, b, c, d] = orthogonalised(tf.tensor2d([[900, 0], [0, -300]])).dataSync();
 * assert.ok(a! > 0.7 && a! < 1.2 && d! < -0.7 && d! > -1.2 && b === 0 && c === 0);
 * ```
 */
export function orthogonalised(matrix: tf.Tensor): tf.Tensor {
  const [rows, columns] = matrix.shape as [number, number];
  const [a, b, c] = QUINTIC;
  const isTall = rows > columns; // the smaller of the two squares is made
  const norm = tf.sqrt(tf.sum(tf.square(matrix)));
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

/**
 * A factor after which a step of Muon is as long as one of AdamW, about 0.2 for
 * an element, so that both take the same learning rate and the same decay (Liu
 * et al. 2025, arXiv 2502.16982).
 */
export function muonScale([rows, columns]: readonly number[]): number {
  return 0.2 * Math.sqrt(Math.max(rows!, columns!));
}
