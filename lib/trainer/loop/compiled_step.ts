import {
  type ArraysOf,
  type Device,
  disposeState,
  isDeviceTensor,
  jitWithState,
  type Loss,
  peakBytes,
  type RunOptions,
  stateByWork,
  uploadState,
} from "../../compiler/mod.ts";
import { leavesOf, type NdArray, scalar } from "../../core/mod.ts";
import type { Tensors } from "../../models/layers/mod.ts";
import {
  fromFirstRank,
  ONE_RANK,
  type Ranks,
  shareOf,
} from "../../ranks/mod.ts";
import type { Compression } from "./compressed_sum.ts";
import { gradientExchange } from "./gradient_exchange.ts";
import { bytesOf } from "../checkpoints/checkpoint_folder.ts";
import type { HeldState } from "./held_state.ts";
import { HostSums } from "./host_sums.ts";
import type { RowUpdate } from "./host_tables.ts";
import { outputsOfRanks } from "./rank_outputs.ts";
import { fromOwners, ownPart } from "./shares.ts";
import { STATE_ON_DEVICE, type StatePlan } from "./state_plan.ts";
import {
  type StepKind,
  stepPrograms,
  type StepState,
} from "./step_programs.ts";
import {
  initAccumulator,
  type UpdateOptions,
  type UpdateScalars,
} from "./train_step.ts";

/** Arrays by their names. */
export type Outputs = Readonly<Record<string, NdArray>>;

/** What the programs of a step hold in memory beside the state. */
export interface StepMemory {
  /** Bytes of the sums of gradients on the device. */
  readonly gradientBytes: number;
  /** The same on the host, where they are added there. */
  readonly hostGradientBytes: number;
  /** Bytes of the values that are alive at once in a program, of those that ran. */
  readonly insideBytes: number;
}

/** A compiled step over the microbatches of one update. */
export interface StepRunner<B> extends Disposable {
  readonly memory: StepMemory;
  /** @param batches The microbatches of this rank. */
  run(
    batches: readonly ArraysOf<B>[],
    scalars: UpdateScalars<NdArray>,
    at: RowUpdate,
  ): Promise<{
    outputs: Outputs;
    /**
     * Outputs and notes of each microbatch, of all ranks in their order; on
     * other ranks than the first none.
     */
    microbatches: readonly Outputs[];
  }>;
}

/** A training step to compile. */
export interface StepDefinition<P, B, A> {
  /** For messages. */
  readonly name: string;
  readonly device: Device;
  readonly config: UpdateOptions & {
    readonly accumulation?: number | undefined;
    /** Default: all on the device, updated at once. */
    readonly plan?: Pick<StatePlan, "update" | "gradientSums">;
  };
  /** The loss of a batch, over tensors; see `BatchLoss`. */
  lossOf(parameters: Tensors<P>, batch: B, frozen?: unknown): Loss<A>;
  /** Arrays of a batch that metrics need beside the outputs. */
  notesOf?(batch: ArraysOf<B>): Outputs;
  /** Parameters, for their shapes. */
  readonly initial: P;
  /** A tree on the device that the loss reads and no update changes. */
  readonly frozen?: unknown;
  /** Processes that share the microbatches of an update; default: this one. */
  readonly ranks?: Ranks;
  /**
   * Parts of the last microbatch on several ranks: the gradients of a part travel
   * while the next one is computed. Default 1: they travel after the last.
   */
  readonly overlap?: number;
  /** Form in which gradients travel between ranks; default: as they are. */
  readonly compression?: Compression;
}

/**
 * Compiles a training step over state on a device: the programs of
 * `stepPrograms`. Several ranks accumulate over their shares of the microbatches
 * and add their sums; all compute the same update, or each that of its share of
 * the parameters, which it sends to the others.
 */
export async function compileStep<P, B, A>(
  definition: StepDefinition<P, B, A>,
  { state, owners, tables }: Pick<
    HeldState<P>,
    "state" | "owners" | "tables"
  >,
): Promise<StepRunner<B>> {
  const { name, device, config, lossOf, notesOf, initial, frozen } = definition;
  const { ranks = ONE_RANK, overlap = 1, compression } = definition;
  const count = config.accumulation ?? 1;
  const notedWith = (outputs: Outputs, batch: ArraysOf<B>): Outputs => ({
    ...outputs,
    ...notesOf?.(batch),
  });
  const { update: kind, gradientSums } = config.plan ?? STATE_ON_DEVICE;
  const programs = stepPrograms({
    name,
    lossOf,
    update: config,
    accumulation: count,
    shared: ranks.size > 1,
    // Owners divide the update already.
    plan: { update: owners ? "whole" : kind, gradientSums },
    parameters: initial,
    inPlace: device.name === "cpu",
    onHost: tables?.paths,
  });
  using held = new DisposableStack();
  const isWhole = programs[0]!.kind === "whole";
  const sums = isWhole ? undefined : await uploadState(
    device,
    initAccumulator(tables ? tables.roomIn(initial) : initial),
  );
  if (sums) held.defer(() => disposeState(sums));
  const own = <T>(tree: T): T =>
    owners ? ownPart(tree, isDeviceTensor, owners, ranks.rank) : tree;
  const all: StepState = { ...state, ...sums, frozen } as StepState;
  const ownState: StepState = {
    ...all,
    parameters: own(all.parameters),
    ...(sums && { gradients: own(sums.gradients) }),
  };
  // The same on all ranks, or they would wait for different gradients.
  let parts: string[][] | undefined;
  // The same on all ranks, some of which may have one microbatch less.
  const addsOnHost = gradientSums === "host" &&
    Math.ceil(count / ranks.size) > 1;
  const hostSums = sums && addsOnHost ? new HostSums(sums) : undefined;
  // Sums on the host are complete after the last microbatch alone.
  const isParted = overlap > 1 && ranks.size > 1 && count >= ranks.size &&
    !hostSums;
  const gradientBytes = sums ? bytesOf(sums) : 0;
  const memory = {
    gradientBytes,
    hostGradientBytes: hostSums ? gradientBytes : 0,
    insideBytes: 0,
  };
  const compiled = programs.map(({ kind, name, fn, stateOf }) => {
    const program = held.use(
      jitWithState(fn, stateOf(kind === "update" ? ownState : all), {
        device,
        name,
        ...isParted && kind === "microbatch" && {
          parts: (graph) => parts ??= stateByWork(graph, overlap),
        },
      }),
    );
    let isCounted = device.name === "tfjs-gpu"; // which has no graph
    const run = async (
      inputs: unknown,
      options?: RunOptions,
    ): Promise<Outputs> => {
      const outputs = await program.run(inputs as never, options) as Outputs;
      if (!isCounted) {
        const graph = program.prepare(inputs as never);
        memory.insideBytes = Math.max(memory.insideBytes, peakBytes(graph));
        isCounted = true;
      }
      return outputs;
    };
    const prepare = (inputs: unknown) => program.prepare(inputs as never);
    return { kind, run, prepare };
  });
  const ofKind = (kind: StepKind) =>
    compiled.filter((one) => one.kind === kind);
  const [whole] = ofKind("whole");
  if (whole) {
    const end = held.move();
    return {
      memory,
      async run([batch], scalars) {
        const outputs = await whole.run({ batch: batch!, scalars });
        return { outputs, microbatches: [notedWith(outputs, batch!)] };
      },
      [Symbol.dispose]: () => end[Symbol.dispose](),
    };
  }
  const [add] = ofKind("microbatch");
  const [update] = ofKind("update");
  const [norm] = ofKind("norm");
  const groups = ofKind("group");
  const share = shareOf(ranks, count);
  const isOwn = (path: string): boolean =>
    owners === undefined || owners.get(path) === ranks.rank;
  const exchange = ranks.size === 1
    ? undefined
    : gradientExchange(ranks, sums!, isOwn, compression);
  const parameters = leavesOf(state.parameters, isDeviceTensor)
    .map(([path, tensor]) => {
      const owner = owners?.get(path) ?? 0;
      return { path, shape: tensor.type.shape, owner, tensor };
    });
  const updateAll = async (
    scalars: UpdateScalars<NdArray>,
    squares: number | undefined,
    at: RowUpdate,
  ): Promise<Outputs> => {
    if (update) {
      return await update.run({
        scalars,
        ...(owners && { norm: await normOf(ranks, squares!) }),
      });
    }
    const { scale, ...outputs } = await norm!.run({ scalars });
    for (const group of groups) {
      await group.run({ scalars, scale: scale!, gate: outputs.applied! });
    }
    if (outputs.applied!.data[0] === 1) {
      await tables?.update(sums!.gradients, scale!.data[0]!, at);
    }
    return outputs;
  };
  const end = held.move();
  return {
    memory,
    async run(batches, scalars, at) {
      const made: Outputs[] = [];
      const read = tables
        ? await tables.load(batches, state.parameters, ranks)
        : batches;
      for (const [i, batch] of batches.entries()) {
        const inputs = {
          batch: read[i]!,
          share: scalar(1 / count),
          first: scalar(i === 0 ? 1 : 0),
        };
        if (isParted && !parts) {
          if (ranks.rank === 0) add!.prepare(inputs);
          parts = await fromFirstRank(ranks, () => parts);
        }
        const isLast = i === batches.length - 1;
        const outputs = await add!.run(inputs, {
          ...isLast && exchange && !hostSums && { onChanged: exchange.begin },
        });
        await hostSums?.add({ isLast });
        made.push(notedWith(outputs, batch));
      }
      const squares = await exchange?.end(share.count > 0);
      const microbatches = await outputsOfRanks(ranks, made, count);
      const outputs = await updateAll(scalars, squares, at);
      if (owners) {
        await fromOwners(ranks, parameters, async (parameter, data) => {
          const { shape, tensor, owner } = parameter;
          if (owner === ranks.rank) return;
          await tensor!.write({ dtype: "float32", shape, data });
        });
      }
      return {
        outputs: { ...meansOf(microbatches), ...outputs },
        microbatches,
      };
    },
    [Symbol.dispose]: () => end[Symbol.dispose](),
  };
}

/** The norm of all gradients from the sums of squares of each rank's. */
async function normOf(ranks: Ranks, squares: number): Promise<NdArray> {
  const sum = Float32Array.of(squares);
  await ranks.sum(sum);
  return scalar(Math.sqrt(sum[0]!));
}

/** Means of the scalar outputs over microbatches; none without any. */
function meansOf(microbatches: readonly Outputs[]): Outputs {
  const all = microbatches.map(scalarsOf);
  return Object.fromEntries(
    Object.keys(all[0] ?? {}).map((metric) => [
      metric,
      scalar(
        all.reduce((sum, values) => sum + values[metric]!, 0) / all.length,
      ),
    ]),
  );
}

/** The scalar outputs. */
export function scalarsOf(outputs: Outputs): Record<string, number> {
  return Object.fromEntries(
    Object.entries(outputs).filter(([, { shape }]) => shape.length === 0)
      .map(([name, { data }]) => [name, data[0]!]),
  );
}
