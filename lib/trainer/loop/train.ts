import {
  type ArraysOf,
  type Device,
  type Loss,
  type OnDevice,
  readState,
} from "../../compiler/mod.ts";
import {
  copyOf,
  DivergedError,
  isNdArray,
  mapTree,
  type Progress,
  scalar,
  StoppedError,
} from "../../core/mod.ts";
import type { JsonlWriter } from "../../formats/jsonl/mod.ts";
import { Prefetcher } from "../../dataset/batches/mod.ts";
import type { Tensors } from "../../models/layers/mod.ts";
import {
  fromFirstRank,
  ONE_RANK,
  type Ranks,
  shareOf,
} from "../../ranks/mod.ts";
import type { Averages } from "../averages/ema.ts";
import type {
  Checkpoint,
  EvaluationMemory,
} from "../checkpoints/checkpoint.ts";
import { bytesOf } from "../checkpoints/checkpoint_folder.ts";
import type { MemoryItem } from "../memory/memory_items.ts";
import { GradientGuard, type GuardOptions } from "./guard.ts";
import type { Optimiser, OptimiserConfig } from "../optimiser/mod.ts";
import {
  learningRateAt,
  type LearningRateSchedule,
  type OwnSchedule,
} from "../schedule/mod.ts";
import { agreed, assertEqualStates, type Request } from "./agreement.ts";
import type { Compression } from "./compressed_sum.ts";
import {
  compileStep,
  type Outputs,
  scalarsOf,
  type StepMemory,
} from "./compiled_step.ts";
import { type HeldState, holdWhole } from "./held_state.ts";
import { holdWithHostAverages } from "./host_averages_state.ts";
import { HostTables, type TablesConfig } from "./host_tables.ts";
import { holdShare } from "./shared_state.ts";
import { STATE_ON_DEVICE, type StatePlan } from "./state_plan.ts";
import {
  type GradientClipping,
  initTrainState,
  type TrainState,
  updateScalars,
} from "./train_step.ts";

/** Settings of a training: plain data, or an optimiser or schedule of one's own. */
export interface TrainingConfig {
  readonly schedule: LearningRateSchedule | OwnSchedule;
  readonly optimiser: OptimiserConfig | Optimiser;
  /** Limit of the global gradient norm. */
  readonly clipNorm: number;
  /**
   * The norm by which gradients are clipped; default: exact. `previous` has an
   * effect where one program updates all parameters by one microbatch; others
   * keep the gradients, and clip by their norm.
   */
  readonly gradientClipping?: GradientClipping;
  /** Default: a spike is ten times the median; three refusals in a row end the run. */
  readonly guard?: GuardOptions;
  /** Microbatches of an update, default 1. */
  readonly accumulation?: number;
  /** Whether to keep EMAs of the parameters, default false. */
  readonly averages?: boolean;
  /** How the state is kept; default: all on the device, updated at once. */
  readonly plan?: StatePlan;
  /** Tables of embeddings on the host; the EMAs must be there as well. */
  readonly tables?: TablesConfig | undefined;
}

export type { Request };

/** A line of metrics. */
export type MetricsRecord = Readonly<Record<string, unknown>>;

/** A file of metrics. */
export type MetricsWriter = Pick<
  JsonlWriter,
  "append" | "sync" | "bytes" | "digest"
>;

/** Result of an evaluation. */
export interface Evaluation {
  /** Lower is better. */
  readonly score: number;
  /** Fields for the metrics. */
  readonly record: MetricsRecord;
}

/** Evaluates the model at intervals. */
export interface Evaluator<P> {
  /** Steps between evaluations; also before the first step and after the last. */
  readonly every: number;
  /** @param state On the device, after `step` steps. */
  evaluate(
    state: OnDevice<TrainState<P>>,
    step: number,
  ): Promise<Evaluation>;
  /** Called with the state of the lowest score so far. */
  onBest?(
    state: OnDevice<TrainState<P>>,
    step: number,
    score: number,
  ): Promise<void>;
}

/** One model's training. */
export interface Training<P, B, A> {
  /** Name of the stage, in metrics and messages. */
  readonly name: string;
  readonly device: Device;
  readonly config: TrainingConfig;
  /** Parameters before the first step. */
  readonly initial: P;
  /** The loss of a batch, over tensors; see `BatchLoss`. */
  lossOf(parameters: Tensors<P>, batch: B, frozen?: unknown): Loss<A>;
  /**
   * A tree on the device that the loss reads and training leaves unchanged, such
   * as a model of which adapters alone are trained. The caller disposes of it.
   */
  readonly frozen?: unknown;
  /**
   * The microbatch of an index, a function of the index alone: a resumed run
   * trains on the data of an unbroken one. Step `s` uses the microbatches from
   * `s * accumulation` on.
   */
  batchAt(index: number): ArraysOf<B> | Promise<ArraysOf<B>>;
  /** Arrays of a microbatch, float32, for `measure`. */
  notesOf?(batch: ArraysOf<B>): Outputs;
  /** Additional metrics of a step, from outputs and notes of its microbatches. */
  measure?(microbatches: readonly Outputs[]): MetricsRecord;
  readonly evaluator?: Evaluator<P>;
  /** Saves snapshots of the EMAs at intervals. */
  readonly snapshots?: {
    readonly every: number;
    take(averages: Averages<P>, step: number): Promise<void>;
  };
  /** The checkpoint to resume. */
  readonly resume?: Checkpoint<TrainState<P>>;
  readonly metrics: MetricsWriter;
  readonly progress: Progress;
  save(checkpoint: Checkpoint<TrainState<P>>): Promise<void> | void;
  /** Seconds between saves. */
  readonly saveEvery: number;
  /**
   * Processes that share the microbatches of an update; default: this one. The
   * first alone evaluates, saves, takes snapshots and requests, and the lines of
   * metrics of the others go nowhere.
   */
  readonly ranks?: Ranks;
  /**
   * Whether each of several ranks keeps and updates a share of the optimiser's
   * state and of the EMAs; default: all of them on each.
   */
  readonly shardOptimiser?: boolean;
  /**
   * Parts of the last microbatch of an update on several ranks: the gradients of
   * a part travel while the next one is computed; default 1.
   */
  readonly overlap?: number;
  /** Form in which gradients travel between ranks; default: as they are. */
  readonly compression?: Compression;
  /** Called with what the training holds in memory, after its first step here. */
  onMemory?(items: readonly MemoryItem[]): void;
  /** Called after each step. */
  request?(): Request | undefined;
  /** Called with each line of metrics after it was written. */
  onRecord?(record: MetricsRecord): void | Promise<void>;
  /** Saves and stops after the current step. */
  readonly signal?: AbortSignal;
  /** Milliseconds of a steady clock. */
  readonly clock: () => number;
}

/** Result of a training. */
export interface Trained<P> {
  /** Of the first rank; others have the parameters alone. */
  readonly state: TrainState<P>;
  readonly parameters: P;
  /** Seconds of training, over all runs. */
  readonly seconds: number;
  /** The best evaluation, if there was one. */
  readonly best?: EvaluationMemory["best"];
  /** Steps whose gradients were refused. */
  readonly refused: number;
}

/**
 * Trains a model: compiles its step, runs it to the end of the schedule, writes
 * a line of metrics for each step and saves at intervals. The next batch is
 * prefetched while the device computes.
 *
 * A step with a NaN in loss or gradient, or with a gradient spike, leaves the
 * state unchanged; the metrics name the reason. With gradients clipped by the
 * norm of the update before, it may have updated the last layers: the metrics
 * have the fraction.
 *
 * @throws {StoppedError} on the signal or a request, after saving
 * @throws {DivergedError} naming stage and step, if too many steps in a row were
 *   refused, after saving
 */
export async function train<P, B, A>(
  training: Training<P, B, A>,
): Promise<Trained<P>> {
  const {
    name,
    device,
    config,
    resume,
    metrics,
    signal,
    clock,
    ranks = ONE_RANK,
  } = training;
  const isFirst = ranks.rank === 0;
  const { totalSteps } = config.schedule;
  using held = new DisposableStack();
  const start = resume?.state ?? initTrainState(
    mapTree(training.initial, isNdArray, copyOf) as P,
    config,
  );
  const { plan = STATE_ON_DEVICE } = config;
  const accumulation = config.accumulation ?? 1;
  const whole = held.use(
    training.shardOptimiser && ranks.size > 1
      ? await holdShare(device, start, config.optimiser, ranks)
      : plan.averages === "host" && start.averages
      ? await holdWithHostAverages(device, start, ranks, {
        averagedUpdate: resume?.averagedUpdate ?? 0,
        tables: config.tables &&
          new HostTables(start, config.tables, accumulation),
      })
      : await holdWhole(device, start, ranks),
  );
  const step = held.use(await compileStep(training, whole));
  const isFused = config.gradientClipping === "previous";
  const share = shareOf(ranks, accumulation);
  await using batches = new Prefetcher(
    (index) => {
      const step = Math.floor(index / share.count);
      const place = share.first + index % share.count;
      return training.batchAt(step * accumulation + place);
    },
    share.count,
  );
  const guardOptions = config.guard ??
    { spikeFactor: 10, floor: config.clipNorm, patience: 3 };
  const guard = new GradientGuard(guardOptions, resume?.guard);
  const task = held.use(training.progress.start({
    label: name,
    total: totalSteps,
    unit: "steps",
    done: resume?.step ?? 0,
  }));
  const begun = clock();
  const seconds = (): number =>
    (resume?.seconds ?? 0) + (clock() - begun) / 1000;
  let evaluation = resume?.evaluation;
  let saved = clock();
  const currentParameters = (): OnDevice<P> => {
    const parameters = whole.state.parameters as OnDevice<P>;
    return whole.tables?.withTables(parameters) ?? parameters;
  };
  const save = async (done: number): Promise<void> => {
    const parameters = currentParameters();
    await assertEqualStates(ranks, parameters, `${name}, step ${done}`);
    await saveWhole(done);
  };
  const saveWhole = async (done: number): Promise<void> => {
    saved = clock();
    const state = await whole.toSave();
    if (!state) return;
    metrics.sync(); // the checkpoint refers to their length
    await training.save({
      step: done,
      state,
      metricsBytes: metrics.bytes,
      metricsDigest: metrics.digest,
      seconds: seconds(),
      guard: guard.memory,
      ...(evaluation && { evaluation }),
      ...(whole.averagedUpdate !== undefined && {
        averagedUpdate: whole.averagedUpdate,
      }),
    });
    saved = clock();
  };
  const write = async (record: MetricsRecord): Promise<void> => {
    metrics.append(record);
    await training.onRecord?.(record);
  };
  const evaluate = async (done: number): Promise<void> => {
    const { evaluator } = training;
    if (!evaluator) return;
    if (done % evaluator.every !== 0 && done !== totalSteps) return;
    if (await fromFirstRank(ranks, () => evaluation?.step === done)) return;
    await whole.follow?.(done - guard.refused);
    await whole.show((state) => evaluateState(evaluator, state, done));
  };
  const evaluateState = async (
    evaluator: Evaluator<P>,
    state: OnDevice<TrainState<P>>,
    done: number,
  ): Promise<void> => {
    const { score, record } = await evaluator.evaluate(state, done);
    await write({ stage: name, step: done, ...writable(record) });
    const isBest = !evaluation || score < evaluation.best.score;
    if (isBest) await evaluator.onBest?.(state, done, score);
    evaluation = {
      step: done,
      // NaN is no score: any number is better.
      best: isBest
        ? { step: done, score: Number.isNaN(score) ? Infinity : score }
        : evaluation!.best,
    };
  };

  let done = resume?.step ?? 0;
  await evaluate(done);
  while (done < totalSteps) {
    const learningRate = learningRateAt(done, config.schedule);
    const scalars = {
      ...updateScalars(
        done + 1 - guard.refused,
        learningRate,
        guard.limit,
        config.optimiser,
      ),
      ...(isFused && { previousNorm: scalar(guard.previousNorm) }),
    };
    const batch = await batches.take(done, done + 1 < totalSteps)
      .catch(async (error) => {
        // Alone: the others do not know of the error, and keep their shares.
        if (done > (resume?.step ?? 0) && !whole.owners) await saveWhole(done);
        throw error;
      });
    const { outputs, microbatches } = await step.run(batch, scalars, {
      update: done + 1 - guard.refused,
      learningRate,
    });
    done++;
    if (done === (resume?.step ?? 0) + 1) {
      training.onMemory?.(
        heldItems(
          whole,
          training.frozen ?? {},
          step.memory,
          config.averages ? plan : undefined,
        ),
      );
    }
    const { updatedFraction, ...values } = scalarsOf(outputs);
    if (values.applied !== 1) {
      const reason = refusalOf(values, guard.limit);
      const isHopeless = guard.refuse();
      await write({
        stage: name,
        step: done,
        learningRate,
        skipped: reason,
        ...(updatedFraction && { updatedFraction: short(updatedFraction) }),
      });
      if (isHopeless) {
        guard.forgive(); // or a resumed run would end at its first bad step
        await save(done);
        throw new DivergedError(
          `Training of "${name}" diverged at step ${done}, after ` +
            `${guardOptions.patience} refused steps in a row: ${reason}; the ` +
            `state ${isFused ? "after" : "before"} them is saved; lower the ` +
            "learning rate or check the data",
        );
      }
    } else {
      guard.accept(values.gradientNorm!);
      const { applied: _, ...rest } = values;
      await write({
        stage: name,
        step: done,
        learningRate,
        ...writable(rest),
        ...training.measure?.(microbatches),
      });
      task.update(done, { loss: Number(values.loss!.toPrecision(3)) });
    }
    if (done % plan.averageEvery === 0 || done === totalSteps) {
      await whole.follow?.(done - guard.refused);
    }
    await evaluate(done);
    const { snapshots } = training;
    if (snapshots && done % snapshots.every === 0) {
      await whole.follow?.(done - guard.refused);
      const averages = await whole.readAverages();
      if (averages) await snapshots.take(averages, done);
    }
    const request = await agreed(ranks, {
      isInterrupted: signal?.aborted ?? false,
      request: isFirst ? training.request?.() : undefined,
      isDue: clock() - saved >= training.saveEvery * 1000,
    });
    if (request || done === totalSteps) await save(done);
    if (request?.kind === "stop" && done < totalSteps) {
      throw new StoppedError(
        `Training of "${name}" was stopped at step ${done}; it is saved`,
        request.reason,
      );
    }
  }
  step[Symbol.dispose](); // or it would keep the memory of the state
  const last = await whole.take() ?? {
    parameters: await readState<P>(currentParameters()),
    moments: {},
  };
  return {
    state: last,
    parameters: last.parameters,
    seconds: seconds(),
    best: evaluation?.best,
    refused: guard.refused,
  };
}

/** What a training holds in memory. */
function heldItems<P>(
  { state: { parameters, moments }, tables }: HeldState<P>,
  frozen: unknown,
  { gradientBytes, hostGradientBytes, insideBytes }: StepMemory,
  averages: StatePlan | undefined,
): MemoryItem[] {
  const bytes = bytesOf(parameters);
  const whole = bytesOf(
    tables?.withTables(parameters as OnDevice<P>) ?? parameters,
  );
  const items: MemoryItem[] = [
    { purpose: "frozen", place: "device", bytes: bytesOf(frozen) },
    { purpose: "parameters", place: "device", bytes },
    { purpose: "moments", place: "device", bytes: bytesOf(moments) },
    {
      purpose: "averages",
      place: averages?.averages ?? "device",
      bytes: averages ? 2 * whole : 0,
    },
    { purpose: "tables", place: "host", bytes: tables?.bytes ?? 0 },
    { purpose: "gradients", place: "device", bytes: gradientBytes },
    { purpose: "gradients", place: "host", bytes: hostGradientBytes },
    { purpose: "activations", place: "device", bytes: insideBytes },
  ];
  return items.filter(({ bytes }) => bytes > 0);
}

/** The reason why a step was refused. */
function refusalOf(
  { loss, gradientNorm }: Readonly<Record<string, number>>,
  limit: number,
): string {
  if (!Number.isFinite(loss)) return `loss is ${loss}`;
  if (!Number.isFinite(gradientNorm)) return `gradientNorm is ${gradientNorm}`;
  return `gradientNorm is ${short(gradientNorm!)}, above the limit of ` +
    `${short(limit)}`;
}

/** NaN and infinities as text, in records inside too: JSON has no such numbers. */
function writable(values: MetricsRecord): MetricsRecord {
  const textOf = (value: unknown): unknown => {
    if (typeof value === "number") {
      return Number.isFinite(value) ? value : String(value);
    }
    const isRecord = typeof value === "object" && value !== null &&
      !Array.isArray(value);
    return isRecord ? writable(value as MetricsRecord) : value;
  };
  return Object.fromEntries(
    Object.entries(values).map(([name, value]) => [name, textOf(value)]),
  );
}

function short(value: number): number {
  return Number(value.toPrecision(4));
}
