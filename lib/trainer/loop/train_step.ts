import * as tf from "@tensorflow/tfjs-core";
import {
  isNdArray,
  leavesOf,
  mapTree,
  type NdArray,
  scalar,
  sizeOf,
  treeFrom,
  zeros,
} from "../../core/mod.ts";
import { isTensor, type Loss, lossAndGradients } from "../../compiler/mod.ts";
import {
  type Averages,
  EMA_STDS,
  type EmaName,
  emaRates,
  initAverages,
} from "../averages/ema.ts";
import {
  ADAMW_DEFAULTS,
  clipByGlobalNorm,
  joinSmall,
  type Moments,
  type Optimiser,
  type OptimiserConfig,
  optimiserOf,
} from "../optimiser/mod.ts";
import {
  type TablesConfig,
  withoutTables,
  withTableMoments,
} from "./host_tables.ts";

/** The state that a training step updates. */
export interface TrainState<P> {
  readonly parameters: P;
  readonly moments: Moments;
  /** EMAs of the parameters; absent if the run keeps none. */
  readonly averages?: Averages<P>;
}

/** The state before the first step. */
export function initTrainState<P>(
  parameters: P,
  { optimiser = ADAMW_DEFAULTS, averages = false, tables }: {
    readonly optimiser?: OptimiserConfig | Optimiser;
    readonly averages?: boolean;
    /** Tables that are updated row by row on the host. */
    readonly tables?: Pick<TablesConfig, "tables"> | undefined;
  } = {},
): TrainState<P> {
  const { init } = optimiserOf(optimiser);
  return {
    parameters,
    moments: tables
      ? withTableMoments(
        init(withoutTables(parameters, tables.tables)),
        parameters,
        tables.tables,
      )
      : init(parameters),
    ...(averages ? { averages: initAverages(parameters) } : {}),
  };
}

/** Settings of an update. */
export interface UpdateOptions {
  readonly optimiser: OptimiserConfig | Optimiser;
  /** Limit of the global gradient norm. */
  readonly clipNorm: number;
  /** Default: exact. */
  readonly gradientClipping?: GradientClipping;
}

/**
 * The norm by which gradients are clipped: that of all gradients of the update,
 * or that of the update before, so that none waits for the others.
 */
export type GradientClipping = typeof GRADIENT_CLIPPINGS[number];

/** The norms by which gradients may be clipped. */
export const GRADIENT_CLIPPINGS = ["exact", "previous"] as const;

/** Inputs of the compiled step that change with each update, scalars. */
export interface UpdateScalars<T> {
  /** Those of the optimiser, such as the learning rate. */
  readonly optimiser: Readonly<Record<string, T>>;
  /** Gradients of a larger norm are refused; see {@link updateState}. */
  readonly normLimit: T;
  /**
   * Norm of the last accepted update, 0 before the first; present where it clips
   * the gradients (`fusedStep`).
   */
  readonly previousNorm?: T;
  /** Rate of each EMA. */
  readonly averaging: Readonly<Record<EmaName, T>>;
}

/** Nearly the largest float32: no limit. */
export const NO_LIMIT = 3e38;

/**
 * The scalars of an update.
 *
 * @param update Number of this update, from 1, refused ones not counted.
 * @param normLimit Gradients of a larger norm are refused.
 */
export function updateScalars(
  update: number,
  learningRate: number,
  normLimit: number,
  optimiser: OptimiserConfig | Optimiser,
): UpdateScalars<NdArray> {
  const rates = emaRates(update);
  return {
    optimiser: optimiserOf(optimiser).scalars(update, learningRate),
    normLimit: scalar(Math.min(normLimit, NO_LIMIT)),
    averaging: { short: scalar(rates.short), long: scalar(rates.long) },
  };
}

/** Inputs of a step. */
export interface StepInputs<B> {
  readonly batch: B;
  readonly scalars: UpdateScalars<tf.Tensor>;
}

/** Outputs of every update, scalars. */
export interface UpdateOutputs {
  readonly loss: tf.Tensor;
  readonly gradientNorm: tf.Tensor;
  /** 1 if all of the state changed, 0 if gradients were refused. */
  readonly applied: tf.Tensor;
  /** Of the parameters, where a step may update some alone (`fusedStep`). */
  readonly updatedFraction?: tf.Tensor;
}

/** The loss of a batch, over tensors. */
export type BatchLoss<P, B, A> = (
  parameters: P,
  batch: B,
  /** Tensors that training leaves unchanged, where it has some. */
  frozen?: unknown,
) => Loss<A>;

/** Tensors that the loss reads and training leaves unchanged. */
export interface FrozenState {
  readonly frozen?: unknown;
}

/** A step as a function to compile. */
export type TrainStep<P, B, A> = (
  state: TrainState<P> & FrozenState,
  inputs: StepInputs<B>,
) => { state: TrainState<P>; outputs: A & UpdateOutputs };

/**
 * A training step as one function to compile: forward and backward pass,
 * clipping of the global norm, optimiser, EMAs.
 */
export function trainStep<P, B, A>(
  lossOf: BatchLoss<P, B, A>,
  options: UpdateOptions,
): TrainStep<P, B, A> {
  return stepWith(lossOf, options, updateState);
}

/** The state after the gradients of a step, and what it tells. */
export type GradientUpdate = <P>(
  state: TrainState<P>,
  gradients: P,
  loss: tf.Tensor,
  scalars: UpdateScalars<tf.Tensor>,
  options: UpdateOptions,
) => { state: TrainState<P>; outputs: UpdateOutputs };

/** A training step as one function to compile, with its own way to update. */
export function stepWith<P, B, A>(
  lossOf: BatchLoss<P, B, A>,
  options: UpdateOptions,
  update: GradientUpdate,
): TrainStep<P, B, A> {
  return (state, { batch, scalars }) => {
    const { loss, metrics, gradients } = lossAndGradients(
      (parameters) => lossOf(parameters, batch, state.frozen),
      state.parameters,
      optimiserOf(options.optimiser).isFrozen,
    );
    const { state: next, outputs } = update(
      state,
      gradients,
      loss,
      scalars,
      options,
    );
    return { state: next, outputs: { ...metrics, ...outputs } };
  };
}

/** Sums over the microbatches so far; `L` is an array or a tensor. */
export interface GradientSums<P, L = tf.Tensor> {
  readonly gradients: P;
  /** Sum of the losses, times their share. */
  readonly loss: L;
}

/** Parameters and sums. */
export interface AccumulatorState<P, L = tf.Tensor>
  extends GradientSums<P, L>, FrozenState {
  readonly parameters: P;
}

/** Inputs of the step of one microbatch. */
export interface MicrobatchInputs<B> {
  readonly batch: B;
  /** One over the number of microbatches. */
  readonly share: tf.Tensor;
  /** 1 for the first microbatch, which replaces the sums, else 0. */
  readonly first: tf.Tensor;
}

/** Sums before the first microbatch. */
export function initAccumulator<P>(parameters: P): GradientSums<P, NdArray> {
  return {
    gradients: mapTree(parameters, isNdArray, ({ shape }) => zeros(shape)) as P,
    loss: scalar(0),
  };
}

/**
 * Adds the gradients of one microbatch to the sums, as a function to compile.
 * For a loss that is a mean over samples, the sums over microbatches of equal
 * sizes are the gradients of the whole batch.
 *
 * @param replaces Whether gradients replace the sums: for sums on the host, and
 *   for a single microbatch on a card, which then needs no second copy of them.
 */
export function accumulateStep<P, B, A>(
  lossOf: BatchLoss<P, B, A>,
  options: Pick<UpdateOptions, "optimiser">,
  { replaces = false }: { readonly replaces?: boolean } = {},
): (
  state: AccumulatorState<P>,
  inputs: MicrobatchInputs<B>,
) => { state: GradientSums<P>; outputs: A & { loss: tf.Tensor } } {
  return (state, { batch, share, first }) => {
    const { loss, metrics, gradients } = lossAndGradients(
      (parameters) => lossOf(parameters, batch, state.frozen),
      state.parameters,
      optimiserOf(options.optimiser).isFrozen,
    );
    const isFirst = tf.greater(first, 0);
    const add = (sum: tf.Tensor, value: tf.Tensor): tf.Tensor => {
      // Made in the order of the layers, also where the share is 1: the runtime
      // then finishes the last layer first (docs/compiler.md, "Memory").
      const own = tf.mul(value, share);
      if (replaces) return own;
      // Select, do not multiply: stale sums may be NaN.
      return tf.add(tf.where(isFirst, tf.zerosLike(sum), sum), own);
    };
    const sums = new Map(leavesOf(state.gradients, isTensor));
    return {
      state: {
        gradients: mapTree(
          gradients,
          isTensor,
          (gradient, path) => add(sums.get(path)!, gradient),
        ) as P,
        loss: add(state.loss, loss),
      },
      outputs: { ...metrics, loss },
    };
  };
}

/** Inputs of the update of an accumulated step. */
export interface FinishInputs<T> {
  readonly scalars: UpdateScalars<T>;
  /** Norm of all gradients, where the state has some of them. */
  readonly norm?: T;
}

/** The update of an accumulated step, as a function to compile. */
export function finishStep<P>(options: UpdateOptions): (
  state: TrainState<P> & GradientSums<P>,
  inputs: FinishInputs<tf.Tensor>,
) => { state: TrainState<P>; outputs: UpdateOutputs } {
  return ({ gradients, loss, ...state }, { scalars, norm }) =>
    updateState(state, gradients, loss, scalars, options, norm);
}

/**
 * The state after an update. If loss or norm is NaN, or the norm exceeds the
 * limit, the state is unchanged, bit for bit.
 */
function updateState<P>(
  state: TrainState<P>,
  gradients: P,
  loss: tf.Tensor,
  scalars: UpdateScalars<tf.Tensor>,
  options: UpdateOptions,
  norm?: tf.Tensor,
): { state: TrainState<P>; outputs: UpdateOutputs } {
  const { trees, split } = joinSmall(
    { ...state, gradients },
    optimiserOf(options.optimiser).elementRule,
  );
  const clipped = clipByGlobalNorm(trees.gradients, options.clipNorm, norm);
  const good = isAcceptable(clipped.norm, loss, scalars.normLimit);
  const gate = tf.cast(good, "float32");
  const accepted = mapTree(
    clipped.gradients,
    isTensor,
    (gradient) => tf.where(good, gradient, tf.zerosLike(gradient)),
  ) as P;
  return {
    state: split(appliedUpdate(trees, accepted, scalars, gate, options)),
    outputs: { loss, gradientNorm: clipped.norm, applied: gate },
  };
}

/** Whether loss and norm are numbers, and the norm is below its limit. */
export function isAcceptable(
  norm: tf.Tensor,
  loss: tf.Tensor,
  normLimit: tf.Tensor,
): tf.Tensor {
  // Comparisons with NaN are false.
  return tf.logicalAnd(
    tf.lessEqual(norm, normLimit),
    tf.lessEqual(tf.abs(loss), NO_LIMIT),
  );
}

/**
 * The state after an update by clipped gradients.
 *
 * @param gate 1; 0, with gradients of zero, changes nothing.
 */
export function appliedUpdate<P>(
  state: TrainState<P>,
  gradients: P,
  scalars: UpdateScalars<tf.Tensor>,
  gate: tf.Tensor,
  { optimiser }: UpdateOptions,
): TrainState<P> {
  const next = optimiserOf(optimiser).update({
    parameters: state.parameters,
    gradients,
    moments: state.moments,
    scalars: scalars.optimiser,
    gate,
  });
  if (!state.averages) return next;
  const averages = Object.fromEntries(
    (Object.keys(EMA_STDS) as EmaName[]).map((name) => [
      name,
      interpolated(
        state.averages![name],
        next.parameters,
        tf.mul(scalars.averaging[name], gate),
      ),
    ]),
  ) as Averages<P>;
  return { ...next, averages };
}

/** EMA parameters after an update with the given rate. */
function interpolated<P>(averages: P, parameters: P, rate: tf.Tensor): P {
  const targets = new Map(leavesOf(parameters, isTensor));
  return treeFrom(
    leavesOf(averages, isTensor).map(([path, average]) =>
      [
        path,
        tf.add(average, tf.mul(tf.sub(targets.get(path)!, average), rate)),
      ] as const
    ),
  ) as P;
}

/** Number of parameters in a tree. */
export function countParameters(parameters: unknown): number {
  return leavesOf(parameters, isNdArray)
    .reduce((sum, [, { shape }]) => sum + sizeOf(shape), 0);
}
