import {
  float32,
  InputError,
  isNdArray,
  leavesOf,
  mapTree,
  zeros,
} from "../../core/mod.ts";
import { powerExponent } from "./ema.ts";

/** An EMA after an update. */
export interface EmaSnapshot<P> {
  /** Updates in the average, from 1. */
  readonly update: number;
  /** Relative standard deviation of its weights. */
  readonly std: number;
  readonly parameters: P;
}

/**
 * Computes an EMA of any length after training: the linear combination of
 * snapshots whose weight profile is nearest (least squares) to the target
 * (Karras et al. 2024, arXiv 2312.02696, section 3.2 and algorithm 3).
 *
 * @param snapshots Of both EMAs, the last ones at `update` or later; more
 *   snapshots approximate better.
 * @param std Relative standard deviation of the target.
 * @param update Updates in the average.
 * @throws {InputError} if there are no snapshots
 */
export function posthocEma<P>(
  snapshots: readonly EmaSnapshot<P>[],
  std: number,
  update: number,
): P {
  const weights = posthocWeights(snapshots, std, update);
  const all = snapshots.map(({ parameters }) =>
    new Map(leavesOf(parameters, isNdArray))
  );
  return mapTree(snapshots[0]!.parameters, isNdArray, ({ shape }, path) => {
    const sum = zeros(shape);
    for (const [i, leaves] of all.entries()) {
      const { data } = leaves.get(path)!;
      for (let j = 0; j < data.length; j++) {
        sum.data[j]! += weights[i]! * data[j]!;
      }
    }
    return sum;
  }) as P;
}

/**
 * The weights of the snapshots in {@link posthocEma}; they sum to 1.
 *
 * @throws {InputError} if there are no snapshots
 */
export function posthocWeights(
  snapshots: readonly Pick<EmaSnapshot<unknown>, "update" | "std">[],
  std: number,
  update: number,
): number[] {
  if (snapshots.length === 0) {
    throw new InputError(
      "Cannot average parameters: there must be EMA snapshots: there are none; " +
        "train with --snapshots above 0",
    );
  }
  const profiles = snapshots.map((s) => ({
    update: s.update,
    exponent: powerExponent(s.std),
  }));
  const target = { update, exponent: powerExponent(std) };
  const weights = solved(
    profiles.map((a) => profiles.map((b) => overlap(a, b))),
    profiles.map((a) => overlap(a, target)),
  );
  // The weights of few snapshots sum to nearly 1 and would scale every parameter.
  const sum = weights.reduce((a, b) => a + b);
  return weights.map((weight) => weight / sum);
}

/** A weight profile proportional to `t ^ exponent` up to `update`, of area 1. */
interface Profile {
  readonly update: number;
  readonly exponent: number;
}

/** Integral of the product of two profiles (algorithm 3 of the paper). */
function overlap(a: Profile, b: Profile): number {
  const [early, late] = a.update <= b.update ? [a, b] : [b, a];
  const sum = a.exponent + b.exponent + 1;
  return (a.exponent + 1) * (b.exponent + 1) / sum / late.update *
    (early.update / late.update) ** late.exponent;
}

/** Solves linear equations (Gauss, with the largest pivot of each column). */
function solved(
  matrix: readonly (readonly number[])[],
  right: readonly number[],
): number[] {
  const rows = matrix.map((row, i) => [...row, right[i]!]);
  const size = rows.length;
  for (let column = 0; column < size; column++) {
    let pivot = column;
    for (let i = column + 1; i < size; i++) {
      if (Math.abs(rows[i]![column]!) > Math.abs(rows[pivot]![column]!)) {
        pivot = i;
      }
    }
    [rows[column], rows[pivot]] = [rows[pivot]!, rows[column]!];
    for (let i = column + 1; i < size; i++) {
      const factor = rows[i]![column]! / rows[column]![column]!;
      for (let j = column; j <= size; j++) {
        rows[i]![j]! -= factor * rows[column]![j]!;
      }
    }
  }
  const x = new Array<number>(size).fill(0);
  for (let i = size - 1; i >= 0; i--) {
    const rest = rows[i]!.slice(i + 1, size)
      .reduce((sum, value, j) => sum + value * x[i + 1 + j]!, 0);
    x[i] = (rows[i]![size]! - rest) / rows[i]![i]!;
  }
  return x;
}

/**
 * Interpolates between the parameters of a model and those of its finetuned
 * version (Wortsman et al. 2021, arXiv 2109.01903).
 *
 * @param share Weight of the second, in [0,1].
 * @throws {TypeError} if the second lacks a parameter of the first, or its shape
 *   differs
 */
export function parametersBetween<P>(first: P, second: P, share: number): P {
  const others = new Map(leavesOf(second, isNdArray));
  return mapTree(first, isNdArray, ({ shape, data }, path) => {
    const other = others.get(path);
    if (`${other?.shape}` !== `${shape}`) {
      throw new TypeError(
        `Cannot average parameters: "${path}" must have the shape [${shape}] ` +
          `in both: in the second it is ${
            other ? `[${other.shape}]` : "missing"
          }`,
      );
    }
    return float32(
      shape,
      Float32Array.from(data, (x, i) => x + share * (other!.data[i]! - x)),
    );
  }) as P;
}
