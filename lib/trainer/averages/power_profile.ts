/**
 * Averages of parameters over training whose length is a share of the training
 * so far, not a number of steps (Karras et al. 2024, Analyzing and Improving
 * the Training Dynamics of Diffusion Models, arXiv 2312.02696, section 3.1):
 * after update `t` an update `s` weighs as much as `s ^ exponent`.
 */

/**
 * The exponent that makes the profile's standard deviation a share of the
 * training so far (equation 148 of that paper).
 *
 * @param std Relative standard deviation, in (0, 0.28]: 0.1 averages
 *   roughly the last tenth.
 * @throws {RangeError} if the std is outside that range
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

/** That of a plain mean over the whole training: exponent 0. */
const MAX_STD = 0.28;

/**
 * How far an average moves towards the parameters at an update:
 * `1 - (1 - 1/t) ^ (exponent + 1)`, in (0,1]; all the way at the first.
 *
 * @param update Number of this update; the first is 1.
 */
export function averagingRate(update: number, exponent: number): number {
  return 1 - (1 - 1 / update) ** (exponent + 1);
}
