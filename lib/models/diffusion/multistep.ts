import type { NdArray } from "../../core/mod.ts";
import { combined } from "./_combined.ts";
import type { Solver } from "./solver.ts";

/** The prediction of clean latents at a noise level. */
interface Known {
  readonly sigma: number;
  readonly clean: NdArray<"float32">;
}

/** Half of the logarithm of the signal to noise ratio of rectified flow: `log((1 - sigma) / sigma)`. */
function lambdaOf(sigma: number): number {
  return Math.log((1 - sigma) / sigma);
}

/**
 * DPM-Solver++ (2M): one evaluation a step, of second order. The noise is
 * integrated exactly, and the clean latents along the line through the last two
 * predictions over lambda, half of the log of the signal to noise ratio (Lu et
 * al. 2022, arXiv 2211.01095, algorithm 2), for the signal `1 - sigma` and the
 * noise `sigma` of rectified flow.
 *
 * The first step has no earlier prediction, and the last one, to sigma 0, ends at
 * the predicted clean latents: both are steps of Euler's.
 */
export function dpmSolver(): Solver {
  let before: Known | undefined;
  return async (latent, from, to, velocity) => {
    const now = {
      sigma: from,
      clean: combined([1, latent], [-from, await velocity(latent, from)]),
    };
    const next = predicted(latent, now, before, to);
    before = now;
    return next;
  };
}

/**
 * UniPC (B2, order 2): a step is predicted as by {@link dpmSolver}; the
 * evaluation at its end, which the next step needs anyway, then corrects it,
 * which raises the order to three. One evaluation a step (Zhao et al. 2023, arXiv 2302.04867, algorithms 5 to 8).
 */
export function uniPc(): Solver {
  let step:
    | { readonly latent: NdArray<"float32">; readonly at: Known }
    | undefined;
  let before: Known | undefined;
  return async (guess, from, to, velocity) => {
    const now = {
      sigma: from,
      clean: combined([1, guess], [-from, await velocity(guess, from)]),
    };
    const latent = step ? corrected(step.latent, step.at, before, now) : guess;
    before = step?.at;
    step = { latent, at: now };
    return predicted(latent, now, before, to);
  };
}

/** A step by the clean latents at its start, and those of the step before. */
function predicted(
  latent: NdArray<"float32">,
  now: Known,
  before: Known | undefined,
  to: number,
): NdArray<"float32"> {
  const kept = to / now.sigma;
  const ratio = before ? stepsRatio(before.sigma, now.sigma, to) : 0;
  const ahead = ratio / 2;
  return combined(
    [kept, latent],
    [(1 - kept) * (1 + ahead), now.clean],
    ...(before && ahead > 0
      ? [[-(1 - kept) * ahead, before.clean] as const]
      : []),
  );
}

/**
 * Length over lambda of the step to come, over that of the step before. Lambda
 * is infinite at both ends: in a step to sigma 0 the step before counts for
 * nothing, and where that one began at sigma 1 lengths over sigma serve.
 */
function stepsRatio(before: number, now: number, to: number): number {
  if (to === 0) return 0;
  if (before === 1) return (to - now) / (now - before);
  return (lambdaOf(to) - lambdaOf(now)) / (lambdaOf(now) - lambdaOf(before));
}

/** A step again, by the clean latents at its end too. */
function corrected(
  latent: NdArray<"float32">,
  now: Known,
  before: Known | undefined,
  end: Known,
): NdArray<"float32"> {
  const kept = end.sigma / now.sigma;
  const r = before ? stepsRatio(before.sigma, now.sigma, end.sigma) : 0;
  if (!before || r === 0) {
    return combined([kept, latent], [(1 - kept) / 2, now.clean], [
      (1 - kept) / 2,
      end.clean,
    ]);
  }
  // Weights of the differences to the step before (at -1 / r) and to the end
  // (at 1), which integrate polynomials up to degree 2 over the step.
  const h = lambdaOf(end.sigma) - lambdaOf(now.sigma);
  const scale = Math.expm1(-h);
  const phi1 = scale / -h - 1;
  const phi2 = phi1 / -h - 1 / 2;
  const [b1, b2] = [phi1 / scale, 2 * phi2 / scale];
  const place = -1 / r;
  const back = (b1 - b2) / (1 - place);
  const forth = b1 - back;
  const share = 1 - kept;
  return combined(
    [kept, latent],
    [share * (1 - back / place - forth), now.clean],
    [share * back / place, before.clean],
    [share * forth, end.clean],
  );
}
