import {
  type DeviceProfile,
  type ProgramCost,
  programCost,
  spareBytes,
} from "../../compiler/mod.ts";
import { isNdArray, leavesOf } from "../../core/mod.ts";
import { metaInit } from "../../models/layers/mod.ts";
import type { ModelConfig } from "../../models/text_to_video/mod.ts";
import { bytesOf } from "../checkpoints/checkpoint_folder.ts";
import { HostTables } from "../loop/host_tables.ts";
import { STATE_ON_DEVICE } from "../loop/state_plan.ts";
import {
  type StepKind,
  stepPrograms,
  type StepState,
} from "../loop/step_programs.ts";
import type { TrainingConfig } from "../loop/train.ts";
import {
  countParameters,
  initAccumulator,
  initTrainState,
  updateScalars,
} from "../loop/train_step.ts";
import type { StagePlan } from "../stages/stage_plan.ts";
import type { Stage } from "../stages/stages.ts";
import type { MemoryItem, Place } from "./memory_items.ts";
import { hollow, stepOf, type StepOptions, typesOf } from "./step_shape.ts";

/**
 * Memory of modules, of the tracing compiler and of the runtime's copy of the
 * graph. Measured at 2,700 to 4,300 nodes (`deno task estimate --measure`).
 */
const COMPILING_BYTES = 72e6;
const COMPILING_BYTES_PER_NODE = 5e3;
/** Scratch memory of operators, as a fraction of the activations. */
const SCRATCH = 0.07;

/** Copies of tensors that were saved and that the runtime has not collected. */
const UNCOLLECTED_BYTES = 250e6;

/** Estimated resources of a setting. */
export interface Estimate {
  /** Trained ones. */
  readonly parameters: number;
  /** Parameters that training leaves unchanged. */
  readonly frozenParameters: number;
  /** Floating-point operations of an update. */
  readonly flops: number;
  /** In the order of `PURPOSES`; none of 0 bytes. */
  readonly items: readonly MemoryItem[];
  readonly deviceBytes: number;
  readonly hostBytes: number;
}

/** The settings of a training on which its memory depends. */
export type MemoryConfig = Pick<
  TrainingConfig,
  | "optimiser"
  | "clipNorm"
  | "gradientClipping"
  | "averages"
  | "plan"
  | "tables"
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
  const { parameters, frozen, batch, lossOf } = stepOf(
    models,
    stage,
    plan,
    options,
    metaInit(),
  );
  const { optimiser, plan: keeping = STATE_ON_DEVICE } = training;
  const { accumulation } = plan;
  const state = initTrainState(hollow(parameters), training);
  const tables = training.tables &&
    new HostTables(state, training.tables, accumulation);
  const held = tables ? tables.forDevice(state) : state;
  const sums = initAccumulator(hollow(held.parameters));
  const types = typesOf({
    ...held,
    ...sums,
    ...(frozen !== undefined && { frozen }),
  }) as StepState;
  const every = updateScalars(1, 1, 1, optimiser);
  const one = every.normLimit;
  const scalars = {
    ...every,
    ...(training.gradientClipping === "previous" && { previousNorm: one }),
  };
  const inputs: Readonly<Record<StepKind, unknown>> = {
    whole: { batch, scalars },
    microbatch: { batch, share: one, first: one },
    update: { scalars },
    norm: { scalars },
    group: { scalars, scale: one, gate: one },
  };
  const { averages: _averages, ...own } = types;
  const onDevice = keeping.averages === "device" ? types : own;
  const programs = stepPrograms({
    name: stage,
    lossOf: lossOf as never,
    update: training,
    accumulation,
    shared: false,
    plan: keeping,
    parameters: types.parameters,
    onHost: tables?.paths,
  }).map(({ kind, name, fn, stateOf }) => ({
    kind,
    cost: programCost({
      name,
      fn,
      state: stateOf(onDevice),
      inputs: inputs[kind],
    }, profile),
  }));
  const costs = programs.map(({ cost }) => cost);
  const step = costs[0]!;
  const sum = (of: (cost: ProgramCost) => number): number =>
    costs.reduce((total, cost) => total + of(cost), 0);
  const bytes = bytesOf(parameters);
  const bytesOnDevice = bytesOf(held.parameters);
  const momentsOnDevice = bytesOf(held.moments);
  const frozenBytes = bytesOf(frozen ?? {});
  const averages = state.averages ? bytesOf(state.averages) : 0;
  const saved = bytes + bytesOf(state.moments) +
    (keeping.averages === "device" ? averages : 0);
  // Tensors are saved one by one; those before wait for their collection.
  const largest = Math.max(
    ...leavesOf(parameters, isNdArray).map(([, array]) => bytesOf(array)),
  );
  const isCpu = profile.name === "cpu";
  const exchanged = step.exchangedBytes;
  const hasSums = programs[0]!.kind !== "whole";
  const items = itemsOf([
    ["process", "host", processBytes],
    [
      "compiling",
      "host",
      COMPILING_BYTES + COMPILING_BYTES_PER_NODE * sum(({ nodes }) => nodes),
    ],
    ["initial", "host", bytes],
    ["frozen", "device", frozenBytes],
    ["parameters", "device", bytesOnDevice],
    ["tables", "host", tables?.bytes ?? 0],
    ["moments", "device", momentsOnDevice],
    ["averages", keeping.averages, averages],
    ["gradients", "device", hasSums ? bytesOf(sums) : 0],
    ["spare", "device", spareBytes(costs)],
    ["batches", "device", exchanged],
    // The next update's microbatches are prefetched.
    ["batches", "host", (accumulation + (isCpu ? 0 : 1)) * exchanged],
    ["activations", "device", (1 + SCRATCH) * insideBytes(costs, isCpu)],
    ["saving", "host", Math.min(saved, largest + UNCOLLECTED_BYTES)],
  ]);
  const bytesIn = (place: Place): number =>
    items.filter((item) => item.place === place)
      .reduce((total, { bytes }) => total + bytes, 0);
  return {
    parameters: countParameters(parameters),
    frozenParameters: countParameters(frozen ?? {}),
    flops: programs.reduce(
      (total, { kind, cost }) =>
        total + (kind === "microbatch" ? accumulation : 1) * cost.flops,
      0,
    ),
    items,
    deviceBytes: bytesIn("device"),
    hostBytes: bytesIn("host"),
  };
}

/**
 * Bytes of the values inside of programs. On the CPU each keeps its arena; on a
 * card they share the memory of freed values.
 */
function insideBytes(costs: readonly ProgramCost[], isCpu: boolean): number {
  const each = costs.map(({ insideBytes }) => insideBytes);
  return isCpu
    ? each.reduce((total, bytes) => total + bytes, 0)
    : Math.max(...each);
}

function itemsOf(
  rows: readonly (readonly [MemoryItem["purpose"], Place, bytes: number])[],
): MemoryItem[] {
  return rows.filter(([, , bytes]) => bytes > 0)
    .map(([purpose, place, bytes]) => ({ purpose, place, bytes }));
}
