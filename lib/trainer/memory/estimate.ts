import { type DeviceProfile, programCost } from "../../compiler/mod.ts";
import { metaInit } from "../../models/layers/mod.ts";
import type { ModelConfig } from "../../models/text_to_video/mod.ts";
import { bytesOf } from "../checkpoints/checkpoint_folder.ts";
import type { TrainingConfig } from "../loop/train.ts";
import {
  accumulateStep,
  countParameters,
  finishStep,
  initAccumulator,
  initTrainState,
  trainStep,
  updateScalars,
} from "../loop/train_step.ts";
import type { StagePlan } from "../stages/stage_plan.ts";
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

/** Memory of a card, or of the process; on the CPU both are the process's. */
export type Place = "device" | "host";

/** The purposes of memory, in order of allocation. */
export const PURPOSES = [
  /** The process with its device open. */
  "process",
  /** Tracing and the graph. */
  "compiling",
  /** Parameters as they were made or read. */
  "initial",
  "parameters",
  /** State of the optimiser. */
  "moments",
  /** EMAs of the parameters. */
  "averages",
  /** Sums of gradients over microbatches. */
  "gradients",
  /** Second copies of state that cannot be updated in place. */
  "spare",
  "batches",
  /** Values between operations, and scratch memory of operators. */
  "activations",
  /** Copies of the state while it is saved. */
  "saving",
] as const;

/** Memory of one purpose. */
export interface MemoryItem {
  readonly purpose: typeof PURPOSES[number];
  readonly place: Place;
  readonly bytes: number;
}

/** Estimated resources of a setting. */
export interface Estimate {
  readonly parameters: number;
  /** Floating-point operations of an update. */
  readonly flops: number;
  /** In the order of {@link PURPOSES}; none of 0 bytes. */
  readonly items: readonly MemoryItem[];
  readonly deviceBytes: number;
  readonly hostBytes: number;
}

/** The settings of a training on which its memory depends. */
export type MemoryConfig = Pick<
  TrainingConfig,
  "optimiser" | "clipNorm" | "averages"
>;

/**
 * Estimates the step of a stage from its shapes, without weights, without running
 * it, and without the device.
 *
 * @param processBytes Memory of the process with the device open.
 */
export function estimateStep(
  models: ModelConfig,
  stage: Stage,
  plan: StagePlan,
  { training, processBytes, ...options }: StepOptions & {
    readonly training: MemoryConfig;
    readonly processBytes: number;
  },
  profile: DeviceProfile,
): Estimate {
  const { parameters, batch, lossOf } = stepOf(
    models,
    stage,
    plan,
    options,
    metaInit(),
  );
  const { optimiser } = training;
  const state = initTrainState(hollow(parameters), training);
  const sums = initAccumulator(hollow(parameters));
  const scalars = updateScalars(1, 1, 1, optimiser);
  const { accumulation } = plan;
  const programs = accumulation === 1
    ? [programCost({
      name: stage,
      fn: trainStep(lossOf as never, training) as never,
      state: typesOf(state),
      inputs: { batch, scalars },
    }, profile)]
    : [
      programCost({
        name: `${stage}, microbatch`,
        fn: accumulateStep(lossOf as never, training) as never,
        state: typesOf({ parameters, ...sums }),
        inputs: {
          batch,
          share: scalars.normLimit,
          first: scalars.normLimit,
        },
      }, profile),
      programCost({
        name: `${stage}, update`,
        fn: finishStep(training) as never,
        state: typesOf({ ...state, ...sums }),
        inputs: { scalars },
      }, profile),
    ];
  const [step, finish] = programs as [typeof programs[0], typeof programs[0]?];
  const sum = (of: (program: typeof step) => number): number =>
    programs.reduce((total, program) => total + of(program), 0);
  const bytes = bytesOf(parameters);
  const saved = bytes + bytesOf(state.moments) +
    (state.averages ? bytesOf(state.averages) : 0);
  const isCpu = profile.name === "cpu";
  const exchanged = step.exchangedBytes;
  const items = itemsOf([
    ["process", "host", processBytes],
    [
      "compiling",
      "host",
      COMPILING_BYTES + COMPILING_BYTES_PER_NODE * sum(({ nodes }) => nodes),
    ],
    ["initial", "host", bytes],
    ["parameters", "device", bytes],
    ["moments", "device", bytesOf(state.moments)],
    ["averages", "device", state.averages ? bytesOf(state.averages) : 0],
    ["gradients", "device", finish ? bytesOf(sums) : 0],
    ["spare", "device", sum(({ spareBytes }) => spareBytes)],
    ["batches", "device", exchanged],
    // The next update's microbatches are prefetched.
    ["batches", "host", (accumulation + (isCpu ? 0 : 1)) * exchanged],
    [
      "activations",
      "device",
      (1 + SCRATCH) * sum(({ insideBytes }) => insideBytes),
    ],
    ["saving", "host", saved + Math.min(saved, UNCOLLECTED_BYTES)],
  ]);
  const bytesIn = (place: Place): number =>
    items.filter((item) => item.place === place)
      .reduce((total, { bytes }) => total + bytes, 0);
  return {
    parameters: countParameters(parameters),
    flops: accumulation * step.flops + (finish?.flops ?? 0),
    items,
    deviceBytes: bytesIn("device"),
    hostBytes: bytesIn("host"),
  };
}

function itemsOf(
  rows: readonly (readonly [MemoryItem["purpose"], Place, bytes: number])[],
): MemoryItem[] {
  return rows.filter(([, , bytes]) => bytes > 0)
    .map(([purpose, place, bytes]) => ({ purpose, place, bytes }));
}
