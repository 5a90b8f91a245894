import { type Device, programCost } from "../../compiler/mod.ts";
import { BYTES_PER_ELEMENT } from "../../core/mod.ts";
import { metaInit } from "../../models/layers/mod.ts";
import {
  accumulateStep,
  countParameters,
  finishStep,
  initAccumulator,
  initTrainState,
  trainStep,
  updateScalars,
} from "../loop/train_step.ts";
import {
  ADAMW_DEFAULTS,
  type Optimiser,
  type OptimiserConfig,
} from "../optimiser/mod.ts";
import type { StagePlan } from "../stages/stage_plan.ts";
import type { ModelConfig } from "../../models/text_to_video/mod.ts";
import type { Stage } from "../stages/stages.ts";
import { hollow, stepOf, type StepOptions, typesOf } from "./step_shape.ts";

/**
 * Memory of modules, of the tracing compiler and of the runtime's copy of the
 * graph. Measured at 2,700 to 4,300 nodes (`deno task estimate --measure`).
 */
const COMPILING_BYTES = 72e6;
const COMPILING_BYTES_PER_NODE = 5e3;
/** Scratch memory of operators, as a fraction of the activations. */
const SCRATCH = 0.07;

/** Garbage of earlier saves that the runtime has not collected. */
const UNCOLLECTED_BYTES = 250e6;

/** Estimated resources of a setting. */
export interface Estimate {
  readonly parameters: number;
  /** Floating-point operations of an update. */
  readonly flops: number;
  /** Bytes by purpose, in order of allocation. */
  readonly items: {
    /** The process with its device open. */
    readonly process: number;
    /** Tracing and the graph. */
    readonly compiling: number;
    /** Initial parameters on the host. */
    readonly initial: number;
    /** Parameters on the device. */
    readonly parameters: number;
    /** Moments, EMAs and gradient sums, on the device. */
    readonly optimiser: number;
    /** Second copies of state that cannot be updated in place. */
    readonly spare: number;
    /** Batches. */
    readonly batches: number;
    /** Activations of a step and scratch memory of operators. */
    readonly activations: number;
    /** Copies of the state while it is saved. */
    readonly saving: number;
  };
  /** Sum of the items. */
  readonly peakBytes: number;
}

/**
 * Estimates the step of a stage from its shapes, without weights and without
 * running it. On the CPU all items count; on a GPU only those on the device.
 *
 * @param averages Whether the run keeps EMAs of the parameters.
 * @param processBytes Memory of the process with the device open.
 */
export function estimateStep(
  models: ModelConfig,
  stage: Stage,
  plan: StagePlan,
  { averages, processBytes, optimiser = ADAMW_DEFAULTS, ...options }:
    & StepOptions
    & {
      readonly averages: boolean;
      readonly processBytes: number;
      /** AdamW where left out. */
      readonly optimiser?: OptimiserConfig | Optimiser;
    },
  device: Device,
): Estimate {
  const { parameters, batch, lossOf } = stepOf(
    models,
    stage,
    plan,
    options,
    metaInit(),
  );
  const update = { optimiser, clipNorm: 1 };
  const state = initTrainState(hollow(parameters), { optimiser, averages });
  const scalars = updateScalars(1, 1, 1, optimiser);
  const { accumulation } = plan;
  const programs = accumulation === 1
    ? [programCost({
      name: stage,
      fn: trainStep(lossOf as never, update) as never,
      state: typesOf(state),
      inputs: { batch, scalars },
    }, device)]
    : [
      programCost({
        name: `${stage}, microbatch`,
        fn: accumulateStep(lossOf as never, update) as never,
        state: typesOf({ parameters, ...initAccumulator(hollow(parameters)) }),
        inputs: {
          batch,
          share: scalars.normLimit,
          first: scalars.normLimit,
        },
      }, device),
      programCost({
        name: `${stage}, update`,
        fn: finishStep(update) as never,
        state: typesOf({ ...state, ...initAccumulator(hollow(parameters)) }),
        inputs: { scalars },
      }, device),
    ];
  const [step, finish] = programs as [typeof programs[0], typeof programs[0]?];
  const sum = (of: (program: typeof step) => number): number =>
    programs.reduce((total, program) => total + of(program), 0);
  const count = countParameters(parameters);
  const bytes = count * BYTES_PER_ELEMENT.float32;
  const stateBytes = (finish ?? step).stateBytes;
  const saved = finish ? stateBytes - bytes : stateBytes;
  const onHost = device.name === "cpu" ? 1 : 0;
  const items = {
    process: onHost * processBytes,
    compiling: onHost *
      (COMPILING_BYTES + COMPILING_BYTES_PER_NODE * sum(({ nodes }) => nodes)),
    initial: onHost * bytes,
    parameters: bytes,
    optimiser: stateBytes - bytes,
    spare: sum(({ spareBytes }) => spareBytes),
    // The next update's microbatches are prefetched.
    batches: (1 + onHost * accumulation) * step.exchangedBytes,
    activations: (1 + SCRATCH) * sum(({ insideBytes }) => insideBytes),
    saving: onHost * (saved + Math.min(saved, UNCOLLECTED_BYTES)),
  };
  return {
    parameters: count,
    flops: accumulation * step.flops + (finish?.flops ?? 0),
    items,
    peakBytes: Object.values(items).reduce((total, item) => total + item, 0),
  };
}
