import * as tf from "@tensorflow/tfjs-core";
import "lib/compiler/eager.ts";
import {
  type Compiled,
  type Device,
  disposeState,
  type JitOptions,
  jitWithState,
  lossAndGradients,
  type OnDevice,
  tensorsOf,
  uploadState,
} from "lib/compiler/mod.ts";
import type { MapLeaves, NdArray } from "lib/core/mod.ts";
import type { Tensors } from "lib/models/layers/mod.ts";
import {
  ADAMW_DEFAULTS,
  initTrainState,
  NO_LIMIT,
  type OptimiserConfig,
  optimiserOf,
  type StepInputs,
  type TrainState,
  trainStep,
  updateScalars,
} from "lib/trainer/mod.ts";

/** The parts of a training step: model, data and loss. */
export interface TrainingCase<P, B> {
  readonly name: string;
  readonly parameters: P;
  readonly batch: B;
  readonly lossOf: (parameters: Tensors<P>, batch: Tensors<B>) => tf.Tensor;
  /** Gradient clipping norm; no clipping without it. */
  readonly clipNorm?: number;
}

/** Hyperparameters of both sides. */
export const OPTIMISER: OptimiserConfig = ADAMW_DEFAULTS;
/** The same at every step. */
export const LEARNING_RATE = 1e-3;

/** The optimiser's settings for the twin. */
export function updateOf(
  { clipNorm }: { readonly clipNorm?: number },
): Record<string, unknown> {
  return { ...OPTIMISER, learningRate: LEARNING_RATE, clipNorm };
}

type Scalars<T> = MapLeaves<ReturnType<typeof updateScalars>, NdArray, T>;

/** A training step over tensors, compiled or eager. */
type StepFunction<P, B> = (
  state: TrainState<Tensors<P>>,
  inputs: { readonly batch: Tensors<B>; readonly scalars: Scalars<tf.Tensor> },
) => {
  readonly state: TrainState<Tensors<P>>;
  readonly outputs: { readonly loss: tf.Tensor };
};

/** The project's training step, or one without gradient clipping. */
function stepFunction<P, B>(
  { lossOf, clipNorm }: TrainingCase<P, B>,
): StepFunction<P, B> {
  const withMetrics = (parameters: Tensors<P>, batch: Tensors<B>) => ({
    loss: lossOf(parameters, batch),
    metrics: {},
  });
  if (clipNorm !== undefined) {
    return trainStep(withMetrics, { optimiser: OPTIMISER, clipNorm });
  }
  return (state, { batch, scalars }: StepInputs<Tensors<B>>) => {
    const { loss, gradients } = lossAndGradients(
      (parameters: Tensors<P>) => withMetrics(parameters, batch),
      state.parameters,
    );
    return {
      state: optimiserOf(OPTIMISER).update({
        parameters: state.parameters,
        gradients,
        moments: state.moments,
        scalars: scalars.optimiser,
        gate: tf.scalar(1),
      }),
      outputs: { loss },
    };
  };
}

/** A compiled step with its state. */
export interface Trainer {
  /** Milliseconds of compilation. */
  readonly compileMs: number;
  /** Does the next step; returns its loss. */
  step(): Promise<number>;
  [Symbol.dispose](): void;
}

/** Compiles a case and places its state on a device. */
export async function compileCase<P, B>(
  given: TrainingCase<P, B>,
  device: Device,
  session: JitOptions["session"] = {},
): Promise<Trainer> {
  const { name, parameters, batch } = given;
  const state = await uploadState(device, initTrainState(parameters));
  const started = performance.now();
  const compiled = jitWithState(
    stepFunction(given) as never,
    state as OnDevice<unknown>,
    { device, name, session },
  ) as unknown as Compiled<unknown, { loss: tf.Tensor }>;
  let count = 0;
  const inputs = (): unknown => ({
    batch,
    scalars: updateScalars(count, LEARNING_RATE, NO_LIMIT, OPTIMISER),
  });
  count = 1;
  await compiled.prepare(inputs());
  const compileMs = performance.now() - started;
  count = 0;
  return {
    compileMs,
    async step() {
      count++;
      const { loss } = await compiled.run(inputs());
      return loss.data[0]!;
    },
    [Symbol.dispose]() {
      compiled[Symbol.dispose]();
      disposeState(state);
    },
  };
}

/** Losses of the first compiled steps. */
export async function firstLosses(
  trainer: Trainer,
  steps: number,
): Promise<number[]> {
  const losses: number[] = [];
  for (let i = 0; i < steps; i++) losses.push(await trainer.step());
  return losses;
}

/** Losses of the first steps in eager TF.js. */
export function eagerLosses<P, B>(
  given: TrainingCase<P, B>,
  steps: number,
): number[] {
  const step = stepFunction(given);
  const losses: number[] = [];
  tf.tidy(() => {
    const batch: unknown = tensorsOf(given.batch);
    let state: unknown = tensorsOf(initTrainState(given.parameters));
    for (let count = 1; count <= steps; count++) {
      const next = step(state as TrainState<Tensors<P>>, {
        batch: batch as Tensors<B>,
        scalars: tensorsOf(
          updateScalars(count, LEARNING_RATE, NO_LIMIT, OPTIMISER),
        ),
      });
      losses.push(next.outputs.loss.dataSync()[0]!);
      state = next.state;
    }
  });
  return losses;
}
