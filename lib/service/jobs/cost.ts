import {
  repaintTimes,
  type SamplerName,
  sigmaSchedule,
} from "../../models/diffusion/mod.ts";

/** The cost of a job before it runs. */
export interface CostEstimate {
  /** Floating-point operations of its matrix products and convolutions. */
  readonly flops: number;
  /** Price, millionths. */
  readonly micros: number;
}

/** Operations of the parts of a model for one clip. */
export interface ClipFlops {
  readonly text: number;
  /** One call of the denoiser with one prompt. */
  readonly denoiser: number;
  readonly decoder: number;
  /** Of the noise levels: it decides which steps `restart` takes several times. */
  readonly shift: number;
}

/**
 * Operations to sample and decode one clip. Guidance calls the text encoder and
 * the denoiser for the prompt and without one; Heun calls the denoiser twice a
 * step, but once at the last; restart as often as it takes a step; the other
 * solvers call it once.
 *
 * @param steps Steps that are run, 0 or more.
 * @param decoded Whether the clip is decoded.
 */
export function flopsOfSteps(
  { text, denoiser, decoder, shift }: ClipFlops,
  { steps, total, sampler, decoded }: {
    readonly steps: number;
    readonly total: number;
    readonly sampler: SamplerName;
    readonly decoded: boolean;
  },
): number {
  const calls = sampler === "heun"
    ? 2 * steps - (steps === total ? 1 : 0)
    : sampler === "restart"
    ? sigmaSchedule(total, shift).slice(0, steps)
      .reduce((sum, sigma) => sum + repaintTimes(sigma), 0)
    : steps;
  return 2 * text + 2 * denoiser * calls + (decoded ? decoder : 0);
}

/**
 * The price of operations.
 *
 * @param microsPerTeraflop Millionths for 1e12 operations.
 */
export function priceOf(flops: number, microsPerTeraflop: number): number {
  return Math.ceil(flops / 1e12 * microsPerTeraflop);
}
