import type { Loss } from "../../compiler/mod.ts";
import type { Tensors } from "../../models/layers/mod.ts";
import { fusedStep } from "./fused_step.ts";
import {
  groupState,
  groupStep,
  normStep,
  typedLeaves,
  updateGroups,
} from "./layered_update.ts";
import type { StatePlan } from "./state_plan.ts";
import {
  accumulateStep,
  finishStep,
  trainStep,
  type UpdateOptions,
} from "./train_step.ts";

/** All state of a training step, trees of arrays, tensors or types. */
export interface StepState {
  readonly parameters: unknown;
  readonly moments: Readonly<Record<string, unknown>>;
  readonly averages?: Readonly<Record<string, unknown>>;
  /** Sums over microbatches; present unless one program does all. */
  readonly gradients?: unknown;
  readonly loss?: unknown;
  /** What the loss reads and no update changes. */
  readonly frozen?: unknown;
}

/**
 * The programs of an update:
 *
 * - `whole`: all of it, from `{ batch, scalars }`;
 * - `microbatch`: adds gradients to the sums, from `{ batch, share, first }`;
 * - `update`: all parameters by the sums, from `{ scalars }`;
 * - `norm`: of the sums, from `{ scalars }`;
 * - `group`: some parameters by the sums, from `{ scalars, scale, gate }`.
 */
export type StepKind = "whole" | "microbatch" | "update" | "norm" | "group";

/** A function to compile, and the part of the state that it takes. */
export interface StepProgram {
  readonly kind: StepKind;
  readonly name: string;
  // deno-lint-ignore no-explicit-any
  readonly fn: (state: any, inputs: any) => {
    readonly state?: unknown;
    readonly outputs: unknown;
  };
  stateOf(state: StepState): Record<string, unknown>;
}

/** What decides the programs. */
export interface StepRequest<P, B, A> {
  readonly name: string;
  lossOf(parameters: Tensors<P>, batch: B, frozen?: unknown): Loss<A>;
  readonly update: UpdateOptions;
  /** Microbatches of an update. */
  readonly accumulation: number;
  /** Whether other processes add to the sums. */
  readonly shared: boolean;
  readonly plan: Pick<StatePlan, "update" | "gradientSums">;
  /**
   * Whether the device writes the next state over the last: sums then need no
   * second copy, and their order keeps fewer gradients than that of replacing them.
   */
  readonly inPlace: boolean;
  /** For paths and shapes. */
  readonly parameters: unknown;
  /** Paths of parameters that are updated on the host. */
  readonly onHost?: readonly string[];
}

/** The programs of an update, in the order in which they run. */
export function stepPrograms<P, B, A>(
  request: StepRequest<P, B, A>,
): StepProgram[] {
  const { name, lossOf, update, accumulation, shared, plan } = request;
  const { parameters, onHost = [], inPlace } = request;
  const isSingle = accumulation === 1 && !shared;
  const isWhole = plan.update === "whole" && onHost.length === 0;
  if (isSingle && isWhole) {
    const stateOf = (
      { parameters, moments, averages, frozen }: StepState,
    ): Record<string, unknown> => ({
      parameters,
      moments,
      ...(averages && { averages }),
      ...(frozen !== undefined && { frozen }),
    });
    const step = update.gradientClipping === "previous" ? fusedStep : trainStep;
    return [{ kind: "whole", name, fn: step(lossOf, update), stateOf }];
  }
  const microbatch: StepProgram = {
    kind: "microbatch",
    name: `${name}, microbatch`,
    fn: accumulateStep(lossOf, update, {
      replaces: isSingle ? !inPlace : plan.gradientSums === "host",
    }),
    stateOf: ({ parameters, gradients, loss, frozen }) => ({
      parameters,
      gradients,
      loss,
      ...(frozen !== undefined && { frozen }),
    }),
  };
  if (isWhole) {
    return [microbatch, {
      kind: "update",
      name: `${name}, update`,
      fn: finishStep<Tensors<P>>(update),
      stateOf: ({ frozen: _, ...state }) => state,
    }];
  }
  const leaves = typedLeaves(parameters)
    .filter(([path]) => !onHost.includes(path));
  const groups = plan.update === "layers"
    ? updateGroups(leaves)
    : [leaves.map(([path]) => path)];
  return [
    microbatch,
    {
      kind: "norm",
      name: `${name}, norm`,
      fn: normStep<Tensors<P>>(update),
      stateOf: ({ gradients, loss }) => ({ gradients, loss }),
    },
    ...groups.map((paths): StepProgram => ({
      kind: "group",
      name: `${name}, update from ${paths[0]} on`,
      fn: groupStep<Tensors<P>>(update),
      stateOf: (state) => groupState(state, paths),
    })),
  ];
}
