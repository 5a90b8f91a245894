import {
  bufferBytes,
  cardBytes,
  type DeviceProfile,
  isTyped,
  type ProgramCost,
  programCost,
  sharedSpares,
} from "../../compiler/mod.ts";
import {
  BYTES_PER_ELEMENT,
  isNdArray,
  leavesOf,
  scalar,
  sizeOf,
} from "../../core/mod.ts";
import type { ModelConfig } from "../../models/text_to_video/mod.ts";
import { initAverages } from "../averages/ema.ts";
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
  initTrainState,
  type TrainState,
  updateScalars,
} from "../loop/train_step.ts";
import type { Moments } from "../optimiser/mod.ts";
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

/**
 * Memory of the process for a card's driver with about a hundred shaders: 70 to
 * 240 MB, measured on a card in software.
 */
const DRIVER_BYTES = 150e6;

/** Memory on both sides. */
export interface MemoryBytes {
  readonly deviceBytes: number;
  readonly hostBytes: number;
}

/** Estimated resources of a setting. */
export interface Estimate extends MemoryBytes {
  /** Trained ones. */
  readonly parameters: number;
  /** Parameters that training leaves unchanged. */
  readonly frozenParameters: number;
  /** Floating-point operations of an update. */
  readonly flops: number;
  /** In the order of `PURPOSES`; none of 0 bytes. */
  readonly items: readonly MemoryItem[];
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

/** A program of a step, with the types of its arguments. */
export interface TypedProgram {
  readonly kind: StepKind;
  readonly state: unknown;
  readonly inputs: unknown;
}

/** Options of an estimate. */
export interface EstimateOptions extends StepOptions {
  readonly training: MemoryConfig;
  /** Memory of the process with the device open. */
  readonly processBytes: number;
  /** Returns the cost of a program, computed now or known. */
  costOf?(program: TypedProgram, compute: () => ProgramCost): ProgramCost;
  /** Returns the hollow moments of the optimiser, made now or known. */
  momentsOf?(make: () => Moments): Moments;
}

/** A step whose programs are not traced yet. */
export interface StepOutline {
  /** Memory of what needs no tracing, such as the state. The estimate is no less. */
  readonly atLeast: MemoryBytes;
  /** Traces the programs. */
  estimate(): Estimate;
}

/**
 * Computes from shapes alone what the step of a stage keeps; its estimate, which
 * takes much longer, is computed on demand. Neither needs weights, a run or the
 * device.
 */
export function outlineStep(
  models: ModelConfig,
  stage: Stage,
  plan: StagePlan,
  {
    training,
    processBytes,
    costOf = (_program, compute) => compute(),
    momentsOf = (compute) => compute(),
    ...options
  }: EstimateOptions,
  profile: DeviceProfile,
): StepOutline {
  const { parameters, frozen, batch, lossOf } = stepOf(
    models,
    stage,
    plan,
    options,
  );
  const { optimiser, plan: keeping = STATE_ON_DEVICE } = training;
  const { accumulation } = plan;
  const state: TrainState<unknown> = {
    parameters: hollow(parameters),
    moments: momentsOf(() =>
      hollow(initTrainState(hollow(parameters), training).moments)
    ),
    ...(training.averages && { averages: initAverages(hollow(parameters)) }),
  };
  const tables = training.tables &&
    new HostTables(state, training.tables, accumulation);
  const trained = hollow(tables ? tables.forDevice(state) : state);
  const sums = { gradients: trained.parameters, loss: scalar(0) };
  const types = typesOf({
    ...trained,
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
    inPlace: profile.inPlace,
    onHost: tables?.paths,
  });
  const isPooled = profile.name === "webgpu";
  /** Bytes of the leaves of a tree on the device. */
  const held = (tree: unknown): number =>
    sizesOf(tree).reduce(
      (total, size) => total + (isPooled ? bufferBytes(size) : size),
      0,
    );
  const bytes = bytesOf(parameters);
  const averages = state.averages ? bytesOf(state.averages) : 0;
  // Tensors are read one by one into one buffer.
  const largest = Math.max(
    ...leavesOf(parameters, isNdArray).map(([, array]) => bytesOf(array)),
  );
  const isCpu = profile.name === "cpu";
  const hasSums = programs[0]!.kind !== "whole";
  const itemsWith = (costs: readonly ProgramCost[]): MemoryItem[] => {
    const nodes = costs.reduce((total, { nodes }) => total + nodes, 0);
    const exchanged = costs[0]?.exchanged ?? [];
    const exchangedBytes = sizesOf(exchanged).reduce((a, b) => a + b, 0);
    const spares = sharedSpares(costs);
    const onCard = {
      parameters: trained.parameters,
      moments: trained.moments,
      exchanged,
      spares,
      ...(frozen !== undefined && { frozen }),
      ...(hasSums && { sums }),
      ...(keeping.averages === "device" && state.averages),
    };
    const card = isPooled ? cardBytes(costs, sizesOf(onCard)) : undefined;
    return itemsOf([
      ["process", "host", processBytes],
      [
        "compiling",
        "host",
        COMPILING_BYTES + COMPILING_BYTES_PER_NODE * nodes,
      ],
      ["initial", "host", bytes],
      ["frozen", "device", held(frozen ?? {})],
      ["parameters", "device", held(trained.parameters)],
      ["tables", "host", tables?.bytes ?? 0],
      ["moments", "device", held(trained.moments)],
      [
        "averages",
        keeping.averages,
        keeping.averages === "device" ? held(state.averages ?? {}) : averages,
      ],
      ["gradients", "device", hasSums ? held(sums) : 0],
      [
        "gradients",
        "host",
        hasSums && accumulation > 1 && keeping.gradientSums === "host"
          ? bytesOf(sums)
          : 0,
      ],
      ["spare", "device", held(spares)],
      ["batches", "device", held(exchanged)],
      // The next update's microbatches are prefetched.
      ["batches", "host", (accumulation + (isCpu ? 0 : 1)) * exchangedBytes],
      [
        "activations",
        "device",
        card?.inside ?? (1 + SCRATCH) * insideBytes(costs, isCpu),
      ],
      ["runtime", "device", card?.runtime ?? 0],
      ["driver", "host", isCpu ? 0 : DRIVER_BYTES],
      ["saving", "host", largest],
    ]);
  };
  return {
    atLeast: bytesIn(itemsWith([])),
    estimate() {
      const costs = programs.map(({ kind, name, fn, stateOf }) => {
        const program = {
          kind,
          state: stateOf(onDevice),
          inputs: inputs[kind],
        };
        return costOf(
          program,
          () => programCost({ name, fn, ...program }, profile),
        );
      });
      const items = itemsWith(costs);
      return {
        parameters: countParameters(parameters),
        frozenParameters: countParameters(frozen ?? {}),
        flops: costs.reduce(
          (total, { flops }, i) =>
            total +
            (programs[i]!.kind === "microbatch" ? accumulation : 1) * flops,
          0,
        ),
        items,
        ...bytesIn(items),
      };
    },
  };
}

function bytesIn(items: readonly MemoryItem[]): MemoryBytes {
  const sumIn = (place: Place): number =>
    items.filter((item) => item.place === place)
      .reduce((total, { bytes }) => total + bytes, 0);
  return { deviceBytes: sumIn("device"), hostBytes: sumIn("host") };
}

/**
 * Bytes of the values inside of programs. On the CPU each keeps its arena; on a
 * card they share the memory of freed values.
 */
function insideBytes(costs: readonly ProgramCost[], isCpu: boolean): number {
  const each = costs.map(({ insideBytes }) => insideBytes);
  return isCpu
    ? each.reduce((total, bytes) => total + bytes, 0)
    : Math.max(0, ...each);
}

/** Bytes of each leaf of a tree of arrays, hollow or not, or of their types. */
function sizesOf(tree: unknown): number[] {
  return leavesOf(tree, isTyped).map(([, { dtype, shape }]) =>
    sizeOf(shape) * BYTES_PER_ELEMENT[dtype]
  );
}

function itemsOf(
  rows: readonly (readonly [MemoryItem["purpose"], Place, bytes: number])[],
): MemoryItem[] {
  return rows.filter(([, , bytes]) => bytes > 0)
    .map(([purpose, place, bytes]) => ({ purpose, place, bytes }));
}
