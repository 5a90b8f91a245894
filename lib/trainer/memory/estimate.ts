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
import { ADAMW_DEFAULTS } from "../optimiser/adamw.ts";
import { type StagePlan } from "../stages/stage_plan.ts";
import type { ModelConfig } from "../../models/text_to_video/mod.ts";
import type { Stage } from "../stages/stages.ts";
import { hollow, stepOf, type StepOptions, typesOf } from "./step_shape.ts";

/**
 * What the process takes besides what is counted: modules, the compiler's own
 * objects while it traces, the runtime's copy of the graph. Seen at 2,700 to
 * 4,300 nodes (`deno task estimate --measure`).
 */
const COMPILING_BYTES = 72e6;
const COMPILING_BYTES_PER_NODE = 5e3;
/** What operators need for themselves, as a share of the values between them. */
const SCRATCH = 0.07;

/** What an earlier save left is collected once about so much of it lies around, sooner or later by as much. */
const UNCOLLECTED_BYTES = 250e6;

/** What a setting takes, before it runs. */
export interface Estimate {
  readonly parameters: number;
  /** Floating-point operations of an update. */
  readonly flops: number;
  /** Bytes by what they are for, in the order in which they come to be. */
  readonly items: {
    /** The program itself, with its device open. */
    readonly process: number;
    /** Tracing, and the graph. */
    readonly compiling: number;
    /** Parameters as they were made. */
    readonly initial: number;
    /** Parameters on the device. */
    readonly parameters: number;
    /** Moments of AdamW, averages and sums of gradients, on the device. */
    readonly optimiser: number;
    /** Second copies of what cannot be replaced in place. */
    readonly spare: number;
    /** Batches. */
    readonly batches: number;
    /** Values between the operations of a step, and what these need themselves. */
    readonly activations: number;
    /** Copies of the state when it is saved. */
    readonly saving: number;
  };
  /** The most that all of it takes at one time. */
  readonly peakBytes: number;
}

/**
 * Estimates the step of a stage from its shapes: no weight is made and nothing
 * runs. On the CPU all counts; on a card only what lies there.
 *
 * @param averages Whether running averages of the parameters are kept.
 * @param processBytes What the process has with the device open.
 */
export function estimateStep(
  models: ModelConfig,
  stage: Stage,
  plan: StagePlan,
  { averages, processBytes, ...options }: StepOptions & {
    readonly averages: boolean;
    readonly processBytes: number;
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
  const update = { optimiser: ADAMW_DEFAULTS, clipNorm: 1 };
  const state = initTrainState(hollow(parameters), { averages });
  const scalars = updateScalars(1, 1, 1, ADAMW_DEFAULTS);
  const parts = plan.accumulation;
  const programs = parts === 1
    ? [programCost({
      name: stage,
      fn: trainStep(lossOf as never, update) as never,
      state: typesOf(state),
      inputs: { batch, scalars },
    }, device)]
    : [
      programCost({
        name: `${stage}, part`,
        fn: accumulateStep(lossOf as never, update) as never,
        state: typesOf({ parameters, ...initAccumulator(hollow(parameters)) }),
        inputs: {
          batch,
          share: scalars.learningRate,
          first: scalars.learningRate,
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
    // While the device works on one, the next is made.
    batches: (1 + onHost * parts) * step.exchangedBytes,
    activations: (1 + SCRATCH) * sum(({ insideBytes }) => insideBytes),
    saving: onHost * (saved + Math.min(saved, UNCOLLECTED_BYTES)),
  };
  return {
    parameters: count,
    flops: parts * step.flops + (finish?.flops ?? 0),
    items,
    peakBytes: Object.values(items).reduce((total, item) => total + item, 0),
  };
}
