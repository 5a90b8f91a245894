/**
 * EMAs of parameters whose length is a fraction of the training so far, not a
 * number of steps (Karras et al. 2024, Analyzing and Improving the Training
 * Dynamics of Diffusion Models, arXiv 2312.02696, section 3.1): after update
 * `t`, update `s` has a weight proportional to `s ^ exponent`.
 *
 * @module
 */
import { copyOf, isNdArray, mapTree } from "../../core/mod.ts";

/**
 * Relative standard deviations of the EMAs that training keeps. From snapshots
 * of two, `posthocEma` computes one of any length (arXiv 2312.02696, section
 * 3.2).
 */
export const EMA_STDS = { short: 0.05, long: 0.1 } as const;

/** Name of an EMA. */
export type EmaName = keyof typeof EMA_STDS;

/** EMA parameters, in the form of the parameters. */
export type Averages<P> = Readonly<Record<EmaName, P>>;

/** Standard deviation of a plain mean over the whole training: exponent 0. */
const MAX_STD = 0.28;

/**
 * The exponent of the profile with a relative standard deviation (equation 148
 * of the paper).
 *
 * @param std In (0, 0.28]; 0.1 averages roughly the last tenth.
 * @throws {RangeError} if std is out of range
 */
export function powerExponent(std: number): number {
  if (!(std > 0 && std <= MAX_STD)) {
    throw new RangeError(
      `Cannot average parameters: std must lie in (0,${MAX_STD}]: ` +
        `current value is ${std}`,
    );
  }
  // std^2 = (g + 1) / ((g + 2)^2 (g + 3)) falls with g: halve the bracket.
  const spread = (g: number): number => (g + 1) / ((g + 2) ** 2 * (g + 3));
  let [low, high] = [0, 1];
  while (spread(high) > std ** 2) high *= 2;
  for (let i = 0; i < 100; i++) {
    const middle = (low + high) / 2;
    if (spread(middle) > std ** 2) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}

/**
 * Weight of the current parameters in an EMA update:
 * `1 - (s/t) ^ (exponent + 1)`, in (0,1]; 1 at the first update.
 *
 * @param update Number `t` of this update, from 1.
 * @param since The last update `s` in the EMA; default: the one before.
 */
export function emaRate(
  update: number,
  exponent: number,
  since: number = update - 1,
): number {
  return 1 - (since / update) ** (exponent + 1);
}

const EXPONENTS: Readonly<Record<EmaName, number>> = {
  short: powerExponent(EMA_STDS.short),
  long: powerExponent(EMA_STDS.long),
};

/** The {@link emaRate} of each EMA at an update, from 1. */
export function emaRates(
  update: number,
  since?: number,
): Record<EmaName, number> {
  return {
    short: emaRate(update, EXPONENTS.short, since),
    long: emaRate(update, EXPONENTS.long, since),
  };
}

/** The EMAs before the first update: copies of the parameters. */
export function initAverages<P>(parameters: P): Averages<P> {
  const copy = (): P => mapTree(parameters, isNdArray, copyOf) as P;
  return { short: copy(), long: copy() };
}
