import type * as tf from "@tensorflow/tfjs-core";
import {
  type Device,
  disposeState,
  jitWithState,
  type Loss,
  type OnDevice,
  uploadState,
} from "../../compiler/mod.ts";
import { type MapLeaves, type NdArray, scalar } from "../../core/mod.ts";
import {
  accumulateStep,
  finishStep,
  initAccumulator,
  type TrainState,
  trainStep,
  type UpdateOptions,
  type UpdateScalars,
} from "./train_step.ts";

/** A tree of tensors with arrays in their place. */
export type ArraysOf<T> = MapLeaves<T, tf.Tensor, NdArray>;

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
export interface StepDefinition<P, T, B, A> {
  /** For messages. */
  readonly name: string;
  readonly device: Device;
  readonly config: UpdateOptions & { readonly accumulation?: number };
  /** The loss of a batch, over tensors. */
  lossOf(parameters: T, batch: B): Loss<A>;
  /** Parameters of the right shapes. */
  readonly initial: P;
}

/**
 * Compiles a training step over state on a device: one graph for a single
 * microbatch, else one that adds gradients and one that updates.
 */
export async function compileStep<P, T, B, A>(
  { name, device, config, lossOf, initial }: StepDefinition<P, T, B, A>,
  state: OnDevice<TrainState<P>>,
): Promise<StepRunner<B>> {
  const count = config.accumulation ?? 1;
  if (count === 1) {
    const step = jitWithState(
      trainStep(lossOf, config) as never,
      state,
      { device, name },
    );
    return {
      async run([batch], scalars) {
        const outputs = await step.run({ batch, scalars } as never) as Outputs;
        return { outputs, microbatches: [{ batch: batch!, outputs }] };
      },
      [Symbol.dispose]: () => step[Symbol.dispose](),
    };
  }
  const sums = await uploadState(device, initAccumulator(initial));
  const { parameters } = state as { parameters: unknown };
  const add = jitWithState(
    accumulateStep(lossOf, config) as never,
    { parameters, ...sums },
    { device, name: `${name}, microbatch` },
  );
  const finish = jitWithState(
    finishStep(config) as never,
    { ...state, ...sums },
    { device, name: `${name}, update` },
  );
  return {
    async run(batches, scalars) {
      const microbatches: Microbatch<B>[] = [];
      for (const [i, batch] of batches.entries()) {
        const outputs = await add.run(
          {
            batch,
            share: scalar(1 / count),
            first: scalar(i === 0 ? 1 : 0),
          } as never,
        ) as Outputs;
        microbatches.push({ batch, outputs });
      }
      const outputs = await finish.run({ scalars } as never) as Outputs;
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

/** Means of the scalars over the microbatches of a step. */
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
