import type * as tf from "@tensorflow/tfjs-core";
import {
  type ArraysOf,
  type Device,
  disposeState,
  jitWithState,
  type Loss,
  type OnDevice,
  uploadState,
} from "../../compiler/mod.ts";
import { type NdArray, scalar } from "../../core/mod.ts";
import type { Tensors } from "../../models/layers/mod.ts";
import {
  accumulateStep,
  type AccumulatorState,
  finishStep,
  type GradientSums,
  initAccumulator,
  type MicrobatchInputs,
  type StepInputs,
  type TrainState,
  trainStep,
  type UpdateOptions,
  type UpdateOutputs,
  type UpdateScalars,
} from "./train_step.ts";

/** A microbatch and the outputs of its step. */
export interface Microbatch<B> {
  readonly batch: ArraysOf<B>;
  readonly outputs: Readonly<Record<string, NdArray>>;
}

/** A compiled step over the microbatches of one update. */
export interface StepRunner<B> extends Disposable {
  run(
    batches: readonly ArraysOf<B>[],
    scalars: UpdateScalars<NdArray>,
  ): Promise<{
    outputs: Readonly<Record<string, NdArray>>;
    microbatches: readonly Microbatch<B>[];
  }>;
}

type Outputs = Record<string, NdArray>;

/** A training step to compile. */
export interface StepDefinition<P, B, A> {
  /** For messages. */
  readonly name: string;
  readonly device: Device;
  readonly config: UpdateOptions & { readonly accumulation?: number };
  /** The loss of a batch, over tensors. */
  lossOf(parameters: Tensors<P>, batch: B): Loss<A>;
  /** Parameters, for their shapes. */
  readonly initial: P;
}

/**
 * Compiles a training step over state on a device: one graph for a single
 * microbatch, else one that accumulates gradients and one that updates.
 */
export async function compileStep<P, B, A>(
  { name, device, config, lossOf, initial }: StepDefinition<P, B, A>,
  state: OnDevice<TrainState<P>>,
): Promise<StepRunner<B>> {
  const count = config.accumulation ?? 1;
  if (count === 1) {
    const step = jitWithState<TrainState<P>, StepInputs<B>, A & UpdateOutputs>(
      trainStep(lossOf, config),
      state,
      { device, name },
    );
    return {
      async run([batch], scalars) {
        const outputs = await step.run({ batch: batch!, scalars }) as Outputs;
        return { outputs, microbatches: [{ batch: batch!, outputs }] };
      },
      [Symbol.dispose]: () => step[Symbol.dispose](),
    };
  }
  const sums = await uploadState(device, initAccumulator(initial));
  const add = jitWithState<
    AccumulatorState<P, NdArray>,
    MicrobatchInputs<B>,
    A & { loss: tf.Tensor }
  >(
    accumulateStep(lossOf, config),
    { parameters: state.parameters, ...sums },
    { device, name: `${name}, microbatch` },
  );
  const finish = jitWithState<
    TrainState<P> & GradientSums<P, NdArray>,
    { readonly scalars: UpdateScalars<tf.Tensor> },
    UpdateOutputs
  >(
    finishStep<Tensors<P>>(config),
    { ...state, ...sums },
    { device, name: `${name}, update` },
  );
  return {
    async run(batches, scalars) {
      const microbatches: Microbatch<B>[] = [];
      for (const [i, batch] of batches.entries()) {
        const outputs = await add.run({
          batch,
          share: scalar(1 / count),
          first: scalar(i === 0 ? 1 : 0),
        }) as Outputs;
        microbatches.push({ batch, outputs });
      }
      const outputs = await finish.run({ scalars });
      return {
        outputs: { ...meansOf(microbatches), ...outputs },
        microbatches,
      };
    },
    [Symbol.dispose]() {
      add[Symbol.dispose]();
      finish[Symbol.dispose]();
      disposeState(sums);
    },
  };
}

/** Means of the scalar outputs over microbatches. */
function meansOf<B>(microbatches: readonly Microbatch<B>[]): Outputs {
  const all = microbatches.map(({ outputs }) => scalarsOf(outputs));
  return Object.fromEntries(
    Object.keys(all[0]!).map((metric) => [
      metric,
      scalar(
        all.reduce((sum, values) => sum + values[metric]!, 0) / all.length,
      ),
    ]),
  );
}

/** The scalar outputs. */
export function scalarsOf(
  outputs: Readonly<Record<string, NdArray>>,
): Record<string, number> {
  return Object.fromEntries(
    Object.entries(outputs).filter(([, { shape }]) => shape.length === 0)
      .map(([name, { data }]) => [name, data[0]!]),
  );
}
