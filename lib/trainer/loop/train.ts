import {
  type ArraysOf,
  type Device,
  disposeState,
  type Loss,
  type OnDevice,
  readState,
  uploadState,
} from "../../compiler/mod.ts";
import {
  DivergedError,
  type Progress,
  StoppedError,
  type StopReason,
} from "../../core/mod.ts";
import type { JsonlWriter } from "../../formats/jsonl/mod.ts";
import { Prefetcher } from "../../dataset/batches/mod.ts";
import type { Tensors } from "../../models/layers/mod.ts";
import type {
  Checkpoint,
  EvaluationMemory,
} from "../checkpoints/checkpoint.ts";
import { GradientGuard, type GuardOptions } from "./guard.ts";
import type { OptimiserConfig } from "../optimiser/mod.ts";
import { learningRateAt, type LearningRateSchedule } from "./schedule.ts";
import { compileStep, type Microbatch, scalarsOf } from "./compiled_step.ts";

import {
  initTrainState,
  type TrainState,
  updateScalars,
} from "./train_step.ts";

/** How a model is trained, as plain data. */
export interface TrainingConfig {
  readonly schedule: LearningRateSchedule;
  readonly optimiser: OptimiserConfig;
  /** Largest common norm of the gradients. */
  readonly clipNorm: number;
  /** Default: spikes are ten times the median, and three in a row end the run. */
  readonly guard?: GuardOptions;
  /** Batches whose gradients make one update, default 1. */
  readonly accumulation?: number;
  /** Whether running averages of the parameters are kept, default false. */
  readonly averages?: boolean;
}

/** A request between two steps. */
export type Request =
  | { readonly kind: "save" }
  | { readonly kind: "stop"; readonly reason: StopReason };

/** A line of metrics. */
export type MetricsRecord = Readonly<Record<string, unknown>>;

/** Result of an evaluation. */
export interface Evaluation {
  /** Chooses the best parameters; lower is better. */
  readonly score: number;
  /** For the metrics. */
  readonly record: MetricsRecord;
}

/** Evaluates the model at intervals. */
export interface Evaluator<P> {
  /** Steps between evaluations; one before the first step and one at the end as well. */
  readonly every: number;
  /**
   * @param state On the device, as it is after `step` steps.
   */
  evaluate(
    state: OnDevice<TrainState<P>>,
    step: number,
  ): Promise<Evaluation>;
  /** Called when a score is the lowest so far, with the state it was found for. */
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
  /** Parameters to begin with. */
  readonly initial: P;
  /** The loss of a batch, over tensors. */
  lossOf(parameters: Tensors<P>, batch: B): Loss<A>;
  /**
   * The batch of a number, from that number alone: so a resumed run sees
   * exactly what an unbroken one would have seen. Step `s` takes the batches
   * from `s * accumulation` on.
   */
  batchAt(index: number): ArraysOf<B> | Promise<ArraysOf<B>>;
  /** Further fields of a step's line of metrics. */
  measure?(microbatches: readonly Microbatch<B>[]): MetricsRecord;
  readonly evaluator?: Evaluator<P>;
  /** Takes snapshots at intervals, such as of the EMAs. */
  readonly snapshots?: {
    readonly every: number;
    take(state: OnDevice<TrainState<P>>, step: number): Promise<void>;
  };
  /** The checkpoint to resume. */
  readonly resume?: Checkpoint<TrainState<P>>;
  readonly metrics: JsonlWriter;
  readonly progress: Progress;
  /** Saves a checkpoint. */
  save(checkpoint: Checkpoint<TrainState<P>>): Promise<void> | void;
  /** Seconds between saves. */
  readonly saveEvery: number;
  /** Called after each step. */
  request?(): Request | undefined;
  /** Called with each line of metrics after it was written. */
  onRecord?(record: MetricsRecord): void | Promise<void>;
  /** Stops after the step in hand, saving. */
  readonly signal?: AbortSignal;
  /** Milliseconds of a steady clock. */
  readonly clock: () => number;
}

/** Result of a training. */
export interface Trained<P> {
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
 * Trains a model: compiles its step once, runs it to the end of the schedule,
 * writes a line of metrics for each step and saves at intervals. While the
 * device works on a step, the next batch is made.
 *
 * A step whose loss or gradient is NaN, or whose gradient is a spike, leaves the
 * state as it was; its batch is skipped and noted in the metrics.
 *
 * @throws {StoppedError} if the signal or a request asked for it, after saving
 * @throws {DivergedError} naming stage and step, if too many steps in a row
 *   could not be used, after saving
 */
export async function train<P, B, A>(
  training: Training<P, B, A>,
): Promise<Trained<P>> {
  const { name, device, config, resume, metrics, signal, clock } = training;
  const { totalSteps } = config.schedule;
  const state = await uploadState(
    device,
    resume?.state ??
      initTrainState(training.initial, config),
  );
  using held = new DisposableStack();
  held.defer(() => disposeState(state));
  const step = held.use(await compileStep(training, state));
  await using batches = new Prefetcher(
    training.batchAt,
    config.accumulation ?? 1,
  );
  const guarding = config.guard ??
    { spikeFactor: 10, floor: config.clipNorm, patience: 3 };
  const guard = new GradientGuard(guarding, resume?.guard);
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
  const save = async (done: number): Promise<void> => {
    metrics.sync(); // the checkpoint names bytes that must be on the disk
    await training.save({
      step: done,
      state: await readState<TrainState<P>>(state),
      metricsBytes: metrics.bytes,
      seconds: seconds(),
      guard: guard.memory,
      ...(evaluation && { evaluation }),
    });
    saved = clock();
  };
  const write = async (record: MetricsRecord): Promise<void> => {
    metrics.append(record);
    await training.onRecord?.(record);
  };
  const evaluate = async (done: number): Promise<void> => {
    const { evaluator } = training;
    if (!evaluator || evaluation?.step === done) return;
    if (done % evaluator.every !== 0 && done !== totalSteps) return;
    const { score, record } = await evaluator.evaluate(state, done);
    await write({ stage: name, step: done, ...record });
    const isBest = !evaluation || score < evaluation.best.score;
    if (isBest) await evaluator.onBest?.(state, done, score);
    evaluation = {
      step: done,
      best: isBest ? { step: done, score } : evaluation!.best,
    };
  };

  let done = resume?.step ?? 0;
  await evaluate(done);
  while (done < totalSteps) {
    const learningRate = learningRateAt(done, config.schedule);
    const scalars = updateScalars(
      done + 1 - guard.refused,
      learningRate,
      guard.limit,
      config.optimiser,
    );
    const batch = await batches.take(done, done + 1 < totalSteps)
      .catch(async (error) => {
        if (done > (resume?.step ?? 0)) await save(done); // nothing is lost
        throw error;
      });
    const { outputs, microbatches } = await step.run(batch, scalars);
    done++;
    const values = scalarsOf(outputs);
    if (values.applied !== 1) {
      const reason = refusalOf(values, guard.limit);
      const isHopeless = guard.refuse();
      await write({ stage: name, step: done, learningRate, skipped: reason });
      if (isHopeless) {
        guard.forgive(); // or a resumed run would end at its first bad step
        await save(done);
        throw new DivergedError(
          `Training of "${name}" diverged at step ${done}, after ` +
            `${guarding.patience} unusable steps in a row: ${reason}; the ` +
            "state before them is saved; lower the learning rate, or look at " +
            "the data",
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
    await evaluate(done);
    const { snapshots } = training;
    if (snapshots && done % snapshots.every === 0) {
      await snapshots.take(state, done);
    }
    const request = signal?.aborted
      ? { kind: "stop", reason: "interrupt" } as const
      : training.request?.();
    const due = clock() - saved >= training.saveEvery * 1000;
    if (due || request || done === totalSteps) await save(done);
    if (request?.kind === "stop" && done < totalSteps) {
      throw new StoppedError(
        `Training of "${name}" was stopped at step ${done}; it is saved`,
        request.reason,
      );
    }
  }
  const last = await readState<TrainState<P>>(state);
  return {
    state: last,
    parameters: last.parameters,
    seconds: seconds(),
    best: evaluation?.best,
    refused: guard.refused,
  };
}

/** The reason for refusing the gradients of a step. */
function refusalOf(
  { loss, gradientNorm }: Readonly<Record<string, number>>,
  limit: number,
): string {
  if (!Number.isFinite(loss)) return `loss is ${loss}`;
  if (!Number.isFinite(gradientNorm)) return `gradientNorm is ${gradientNorm}`;
  return `gradientNorm is ${short(gradientNorm!)}, above the limit of ` +
    `${short(limit)}`;
}

/** NaN and infinities as text: JSON has no such numbers. */
function writable(
  values: Readonly<Record<string, number>>,
): Record<string, number | string> {
  return Object.fromEntries(
    Object.entries(values).map(([name, value]) =>
      [name, Number.isFinite(value) ? value : String(value)] as const
    ),
  );
}

function short(value: number): number {
  return Number(value.toPrecision(4));
}
