import type { NdArray, Rng } from "lib/core/mod.ts";
import { shapeText } from "lib/core/mod.ts";

/** A wrong result, whose time would mean nothing. */
export class WrongResultError extends Error {
  override readonly name = "WrongResultError";
}

/** Largest deviation of an element, over the root mean square of the reference. */
const ELEMENT_TOLERANCE = 1e-4;
/** Largest relative deviation of a loss. */
export const LOSS_TOLERANCE = 1e-3;
/** A loss must change by this many tolerances a step, or it proves nothing. */
const VISIBLE_CHANGE = 2;

/** How to compare an array. */
export interface ElementCheck {
  /** Name of the array, for the message. */
  readonly name: string;
  /** The right value at an index. */
  readonly reference: (index: readonly number[]) => number;
  /** Number of random elements to compare; all without it. */
  readonly sample?: { readonly count: number; readonly rng: Rng };
}

/**
 * Compares elements of an array with a reference.
 *
 * @throws {WrongResultError} naming the element of the largest error
 */
export function checkElements(
  { shape, data }: NdArray,
  { name, reference, sample }: ElementCheck,
): void {
  const places = sample
    ? Array.from(
      { length: sample.count },
      () => sample.rng.integer(data.length),
    )
    : Array.from(data, (_, place) => place);
  let squares = 0;
  let worst = { place: -1, value: NaN, expected: NaN, error: -1 };
  for (const place of places) {
    const value = data[place]!;
    const expected = reference(indexOf(place, shape));
    const error = Math.abs(value - expected);
    squares += expected ** 2;
    if (!(error <= worst.error)) worst = { place, value, expected, error };
    if (Number.isNaN(error)) break;
  }
  const scale = Math.sqrt(squares / places.length);
  // Written so that a NaN fails.
  if (scale > 0 && worst.error <= ELEMENT_TOLERANCE * scale) return;
  throw new WrongResultError(
    `Refusing to time ${name}: element ` +
      `${shapeText(indexOf(worst.place, shape))} must be ${worst.expected}: ` +
      `it is ${worst.value}`,
  );
}

function indexOf(place: number, shape: readonly number[]): number[] {
  const index = [];
  for (const size of shape.toReversed()) {
    index.unshift(place % size);
    place = Math.floor(place / size);
  }
  return index;
}

/**
 * Compares one number with a reference.
 *
 * @param source Name of the reference, for the message.
 * @throws {WrongResultError} with both
 */
export function checkNumber(
  name: string,
  value: number,
  reference: number,
  source: string,
  tolerance: number = LOSS_TOLERANCE,
): void {
  if (Math.abs(value - reference) <= tolerance * Math.abs(reference)) return;
  throw new WrongResultError(
    `Refusing to time ${name}: ${source} gives ${reference}: current value is ${value}`,
  );
}

/**
 * Compares the losses of the first steps with a reference.
 *
 * @throws {WrongResultError} at the first that differs, or if the loss does not
 *   change: a step that does not train would pass
 */
export function checkLosses(
  name: string,
  losses: readonly number[],
  reference: readonly number[],
  source: string,
): void {
  if (losses.length !== reference.length) {
    throw new TypeError("Cannot compare losses: the lists must be as long");
  }
  reference.forEach((expected, i) => {
    checkNumber(`${name}, loss of step ${i + 1}`, losses[i]!, expected, source);
  });
  for (let i = 1; i < reference.length; i++) {
    const before = reference[i - 1]!;
    const change = Math.abs(reference[i]! - before) / Math.abs(before);
    if (change < VISIBLE_CHANGE * LOSS_TOLERANCE) {
      throw new WrongResultError(
        `Refusing to time ${name}: the loss must move visibly in each step: ` +
          `${before} is followed by ${reference[i]}`,
      );
    }
  }
}
