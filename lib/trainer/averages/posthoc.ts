import {
  InputError,
  isNdArray,
  leavesOf,
  mapTree,
  zeros,
} from "../../core/mod.ts";
import { powerExponent } from "./power_profile.ts";

/** An average as it was after some update. */
export interface AverageSnapshot<P> {
  /** Updates that it averages over; 1 or more. */
  readonly update: number;
  /** Its relative standard deviation. */
  readonly std: number;
  readonly parameters: P;
}

/**
 * Makes an average of any length after training, from snapshots of the two
 * that were kept: the combination of the snapshots whose profile is nearest
 * (least squares) to the one that is wanted (Karras et al. 2024, arXiv
 * 2312.02696, section 3.2 and algorithm 3).
 *
 * @param snapshots Of both averages, the last ones at `update` or later; more
 *   of them come nearer.
 * @param std Relative standard deviation that is wanted.
 * @param update Updates to average over.
 * @throws {InputError} if there are no snapshots
 */
export function averageAfterwards<P>(
  snapshots: readonly AverageSnapshot<P>[],
  std: number,
  update: number,
): P {
  const weights = averagingWeights(snapshots, std, update);
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
 * The weights of snapshots in {@link averageAfterwards}; they sum to 1.
 *
 * @throws {InputError} if there are no snapshots
 */
export function averagingWeights(
  snapshots: readonly Pick<AverageSnapshot<unknown>, "update" | "std">[],
  std: number,
  update: number,
): number[] {
  if (snapshots.length === 0) {
    throw new InputError(
      "Cannot average parameters: there must be snapshots of the averages: " +
        "there are none; train with --snapshots above 0",
    );
  }
  const profiles = snapshots.map((s) => ({
    update: s.update,
    exponent: powerExponent(s.std),
  }));
  const wanted = { update, exponent: powerExponent(std) };
  const weights = solved(
    profiles.map((a) => profiles.map((b) => overlap(a, b))),
    profiles.map((a) => overlap(a, wanted)),
  );
  // Few snapshots come near but not to 1, and would scale every parameter.
  const sum = weights.reduce((a, b) => a + b);
  return weights.map((weight) => weight / sum);
}

/** A profile that rises as `t ^ exponent` to `update`, of area 1. */
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
