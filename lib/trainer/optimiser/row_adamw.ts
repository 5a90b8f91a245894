import { type AdamWConfig, lrMultiplierOf } from "./adamw.ts";

/** Rows of a table `[R,D]` and of its moments, float32, row by row. */
export interface TableState {
  readonly values: Float32Array;
  /** Decayed sums of gradients and of their squares, as AdamW's. */
  readonly first: Float32Array;
  readonly second: Float32Array;
}

/**
 * AdamW on the host for the rows of a table that an update has read, in place;
 * it leaves all others as they are, moments and decay included, as PyTorch's
 * `SparseAdam` does ("lazy" Adam): a batch reads a few rows of a table, and an
 * update of all of them costs far more than the rest of the model.
 *
 * A row that every update reads gets what `adamW` gives it; one that is read
 * now and then keeps its momentum until the next time.
 *
 * @param state Changed in place.
 * @param rows Rows that were read, in the order of `gradients`.
 * @param gradients `[rows.length,D]`, clipped.
 * @param at Path of the table, number of the update from 1, learning rate.
 */
export function updateRows(
  { values, first, second }: TableState,
  rows: ArrayLike<number>,
  gradients: Float32Array,
  { betas: [beta1, beta2], epsilon, weightDecay, lrMultipliers }: AdamWConfig,
  { path, update, learningRate }: {
    readonly path: string;
    readonly update: number;
    readonly learningRate: number;
  },
): void {
  const rate = learningRate * lrMultiplierOf(path, lrMultipliers);
  if (rate === 0 || rows.length === 0) return;
  const firstCorrection = (1 - beta1) / (1 - beta1 ** update);
  const secondCorrection = (1 - beta2) / (1 - beta2 ** update);
  const keep = 1 - rate * weightDecay;
  const width = gradients.length / rows.length;
  for (let row = 0; row < rows.length; row++) {
    const begin = rows[row]! * width;
    for (let column = 0; column < width; column++) {
      const i = begin + column;
      const gradient = gradients[row * width + column]!;
      first[i] = first[i]! * beta1 + gradient;
      second[i] = second[i]! * beta2 + gradient * gradient;
      const change = first[i]! * firstCorrection /
        (Math.sqrt(second[i]! * secondCorrection) + epsilon);
      values[i] = values[i]! * keep - rate * change;
    }
  }
}
