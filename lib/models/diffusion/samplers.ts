import { repaint } from "./repaint.ts";
import { type Solver, SOLVERS } from "./solver.ts";

/**
 * What draws, by name: the solvers, and `restart`, Euler's steps taken several
 * times with fresh noise between (`repaint`).
 *
 * @example
 * ```ts
 * import { SAMPLERS } from "lib/models/diffusion/mod.ts";
 * import assert from "node:assert/strict";
 *
 * assert.deepEqual(Object.keys(SAMPLERS), ["euler", "heun", "dpm++", "unipc", "restart"]);
 * ```
 */
export const SAMPLERS = {
  ...SOLVERS,
  restart: repaint,
} as const satisfies Record<string, (seed: number) => Solver>;

/** The name of a sampler. */
export type SamplerName = keyof typeof SAMPLERS;

/** All names of samplers. */
export const SAMPLER_NAMES = Object.keys(SAMPLERS) as [
  SamplerName,
  ...SamplerName[],
];
