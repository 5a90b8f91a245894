import { isTyped, type ProgramCost } from "../../compiler/mod.ts";
import { leavesOf } from "../../core/mod.ts";
import {
  type Moments,
  type Optimiser,
  type OptimiserConfig,
  optimiserOf,
} from "../optimiser/mod.ts";
import type { Setting } from "../run/config.ts";
import type { Stage } from "../stages/stages.ts";
import type { TypedProgram } from "./estimate.ts";

/**
 * Costs of the programs of one run on one device, each computed once: settings
 * differ in some of their programs only, and phases in the shapes of their clips.
 *
 * The models, the losses, the adapters and the settings of optimisers must be
 * those of one run: they are no part of the keys.
 */
export class StepCosts {
  readonly #known = new Map<string, ProgramCost>();
  readonly #moments = new Map<string, Moments>();

  /** The moments of an optimiser; they are made if they are not known. */
  momentsOf(
    stage: Stage,
    { optimiser, embeddings }: Setting,
    make: () => Moments,
  ): Moments {
    const key = `${kindOf(stage)}: ${optimiser}, ${embeddings}`;
    const moments = this.#moments.get(key) ?? make();
    this.#moments.set(key, moments);
    return moments;
  }

  /** The cost of a program; it is computed if it is not known. */
  of(
    stage: Stage,
    setting: Setting,
    optimiser: Optimiser | OptimiserConfig,
    program: TypedProgram,
    compute: () => ProgramCost,
  ): ProgramCost {
    const key = keyOf(stage, setting, optimiser, program);
    const cost = this.#known.get(key) ?? compute();
    this.#known.set(key, cost);
    return cost;
  }
}

/** The phases train the same parameters. */
function kindOf(stage: Stage): string {
  return stage.startsWith("phase") ? "phase" : stage;
}

/** All that decides the graph of a program, beside the run. */
function keyOf(
  stage: Stage,
  setting: Setting,
  optimiser: Optimiser | OptimiserConfig,
  { kind, state, inputs }: TypedProgram,
): string {
  const { isFrozen } = optimiserOf(optimiser);
  const hasLoss = kind === "whole" || kind === "microbatch";
  const typesOf = (tree: unknown): unknown =>
    leavesOf(tree, isTyped).map((
      [path, { dtype, shape }],
    ) => [path, dtype, shape]);
  return JSON.stringify([
    kind,
    kindOf(stage),
    typesOf(state),
    typesOf(inputs),
    hasLoss && {
      recompute: setting.recompute,
      // Where gradients may replace the sums: those on the host, or a single one's.
      replaces: setting.accumulation === 1 || setting.gradientSums === "host",
      frozen: leavesOf((state as { parameters: unknown }).parameters, isTyped)
        .map(([path]) => path).filter((path) => isFrozen(path)),
    },
    kind !== "microbatch" && kind !== "norm" && setting.optimiser,
  ]);
}
