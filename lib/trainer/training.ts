import type * as tf from "@tensorflow/tfjs-core";
import {
  type Device,
  disposeState,
  jitWithState,
  type Loss,
  readState,
  uploadState,
} from "../compiler/mod.ts";
import type { MapLeaves, NdArray, Progress } from "../core/mod.ts";
import type { JsonlWriter } from "../formats/jsonl/mod.ts";
import type { Checkpoint } from "./checkpoint.ts";
import { type AdamWOptions, stepScalars } from "./optimiser/mod.ts";
import { learningRateAt, type LearningRateSchedule } from "./schedule.ts";
import { initTrainState, type TrainState, trainStep } from "./train_step.ts";

/** How a model is trained, as plain data. */
export interface TrainingConfig {
  readonly schedule: LearningRateSchedule;
  readonly optimiser: AdamWOptions;
  /** Largest common norm of the gradients. */
  readonly clipNorm: number;
}

/** Arrays in the place of tensors. */
type ArraysOf<T> = MapLeaves<T, tf.Tensor, NdArray>;

/** One model's training. */
export interface Training<P, T, B, A> {
  /** Name of the stage, in metrics and messages. */
  readonly name: string;
  readonly device: Device;
  readonly config: TrainingConfig;
  /** Parameters to begin with. */
  readonly initial: P;
  /** The loss of a batch, over tensors. */
  lossOf(parameters: T, batch: B): Loss<A>;
  /**
   * The batch of a step, from the step's number alone: so a resumed run sees
   * exactly what an unbroken one would have seen.
   */
  batchAt(step: number): ArraysOf<B>;
  /** Where to go on, from a checkpoint. */
  readonly resume?: Checkpoint<TrainState<P>>;
  readonly metrics: JsonlWriter;
  readonly progress: Progress;
  /** Saves what is needed to go on. */
  save(checkpoint: Checkpoint<TrainState<P>>): Promise<void>;
  /** Seconds between saves. */
  readonly saveEvery: number;
  /** Stops after the step in hand, saving. */
  readonly signal?: AbortSignal;
  /** Milliseconds of a steady clock. */
  readonly clock: () => number;
}

/** What training leaves behind. */
export interface Trained<P> {
  readonly parameters: P;
  /** Seconds of training, over all runs. */
  readonly seconds: number;
}

/** Training was stopped from outside; all is saved. */
export class StoppedError extends Error {
  override readonly name = "StoppedError";
}

/** A loss or gradient that is no number: the last checkpoint is still good. */
export class DivergedError extends Error {
  override readonly name = "DivergedError";
}

/**
 * Trains a model: compiles its step once, runs it to the end of the schedule,
 * writes a line of metrics for each step and saves at intervals.
 *
 * @throws {StoppedError} if the signal asked for it, after saving
 * @throws {DivergedError} naming stage and step, if the loss, the norm of the
 *   gradients or another metric is no number
 */
export async function train<P, T, B, A>(
  training: Training<P, T, B, A>,
): Promise<Trained<P>> {
  const { name, device, config, resume, metrics, signal, clock } = training;
  const { totalSteps } = config.schedule;
  const state = await uploadState(
    device,
    resume?.state ?? initTrainState(training.initial),
  );
  using held = new DisposableStack();
  held.defer(() => disposeState(state));
  using step = jitWithState(
    trainStep(training.lossOf, config) as never,
    state,
    { device, name },
  );
  using task = training.progress.start({
    label: name,
    total: totalSteps,
    unit: "steps",
    done: resume?.step ?? 0,
  });
  const begun = clock();
  const seconds = (): number =>
    (resume?.seconds ?? 0) + (clock() - begun) / 1000;
  const save = async (done: number): Promise<void> => {
    metrics.sync(); // the checkpoint names bytes that must be on the disk
    await training.save({
      step: done,
      state: await readState(state) as unknown as TrainState<P>,
      metricsBytes: metrics.bytes,
      seconds: seconds(),
    });
  };

  let saved = clock();
  for (let done = resume?.step ?? 0; done < totalSteps;) {
    const learningRate = learningRateAt(done, config.schedule);
    const scalars = stepScalars(done + 1, learningRate, config.optimiser);
    const outputs = await step.run(
      { batch: training.batchAt(done), scalars } as never,
    ) as Record<string, NdArray>;
    done++;
    const values = scalarsOf(outputs);
    for (const [metric, value] of Object.entries(values)) {
      if (Number.isFinite(value)) continue;
      throw new DivergedError(
        `Training of "${name}" diverged at step ${done}: ${metric} must be ` +
          `finite: current value is ${value}; lower the learning rate`,
      );
    }
    metrics.append({ stage: name, step: done, learningRate, ...values });
    task.update(done, { loss: Number(values.loss!.toPrecision(3)) });
    const due = clock() - saved >= training.saveEvery * 1000;
    if (due || signal?.aborted || done === totalSteps) {
      await save(done);
      saved = clock();
    }
    if (signal?.aborted && done < totalSteps) {
      throw new StoppedError(
        `Training of "${name}" was stopped at step ${done}; it is saved`,
      );
    }
  }
  const { parameters } = await readState(
    state,
  ) as unknown as TrainState<P>;
  return { parameters, seconds: seconds() };
}

/** The outputs that are single numbers. */
function scalarsOf(
  outputs: Record<string, NdArray>,
): Record<string, number> {
  return Object.fromEntries(
    Object.entries(outputs).filter(([, { shape }]) => shape.length === 0)
      .map(([name, { data }]) => [name, data[0]!]),
  );
}
