import type * as tf from "@tensorflow/tfjs-core";
import {
  type ArraysOf,
  type Device,
  disposeState,
  isDeviceTensor,
  jitWithState,
  type Loss,
  uploadState,
} from "../../compiler/mod.ts";
import { leavesOf, type NdArray, scalar } from "../../core/mod.ts";
import type { Tensors } from "../../models/layers/mod.ts";
import { ONE_RANK, type Ranks, shareOf } from "../../ranks/mod.ts";
import { gradientExchange } from "./gradient_exchange.ts";
import type { HeldState } from "./held_state.ts";
import { outputsOfRanks } from "./rank_outputs.ts";
import { fromOwners, ownPart } from "./shares.ts";
import {
  accumulateStep,
  type AccumulatorState,
  type FinishInputs,
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

/** Arrays by their names. */
export type Outputs = Readonly<Record<string, NdArray>>;

/** A compiled step over the microbatches of one update. */
export interface StepRunner<B> extends Disposable {
  /** @param batches The microbatches of this rank. */
  run(
    batches: readonly ArraysOf<B>[],
    scalars: UpdateScalars<NdArray>,
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
  readonly config: UpdateOptions & { readonly accumulation?: number };
  /** The loss of a batch, over tensors. */
  lossOf(parameters: Tensors<P>, batch: B): Loss<A>;
  /** Arrays of a batch that metrics need beside the outputs. */
  notesOf?(batch: ArraysOf<B>): Outputs;
  /** Parameters, for their shapes. */
  readonly initial: P;
  /** Processes that share the microbatches of an update; default: this one. */
  readonly ranks?: Ranks;
}

/**
 * Compiles a training step over state on a device: one graph for a single
 * microbatch, else one that accumulates gradients and one that updates. Several
 * ranks accumulate over their shares of the microbatches and add their sums; all
 * compute the same update, or each that of its share of the parameters, which it
 * sends to the others.
 */
export async function compileStep<P, B, A>(
  {
    name,
    device,
    config,
    lossOf,
    notesOf,
    initial,
    ranks = ONE_RANK,
  }: StepDefinition<P, B, A>,
  { state, owners }: Pick<HeldState<P>, "state" | "owners">,
): Promise<StepRunner<B>> {
  const count = config.accumulation ?? 1;
  const notedWith = (outputs: Outputs, batch: ArraysOf<B>): Outputs => ({
    ...outputs,
    ...notesOf?.(batch),
  });
  if (count === 1 && ranks.size === 1) {
    const step = jitWithState<TrainState<P>, StepInputs<B>, A & UpdateOutputs>(
      trainStep(lossOf, config),
      state,
      { device, name },
    );
    return {
      async run([batch], scalars) {
        const outputs = await step.run({ batch: batch!, scalars }) as Outputs;
        return { outputs, microbatches: [notedWith(outputs, batch!)] };
      },
      [Symbol.dispose]: () => step[Symbol.dispose](),
    };
  }
  const share = shareOf(ranks, count);
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
  const own = <T>(tree: T): T =>
    owners ? ownPart(tree, isDeviceTensor, owners, ranks.rank) : tree;
  const finish = jitWithState<
    TrainState<P> & GradientSums<P, NdArray>,
    FinishInputs<tf.Tensor>,
    UpdateOutputs
  >(
    finishStep<Tensors<P>>(config),
    {
      ...state,
      parameters: own(state.parameters),
      gradients: own(sums.gradients),
      loss: sums.loss,
    },
    { device, name: `${name}, update` },
  );
  const isOwn = (path: string): boolean =>
    owners === undefined || owners.get(path) === ranks.rank;
  const exchange = ranks.size === 1
    ? undefined
    : gradientExchange(ranks, sums, isOwn);
  const parameters = leavesOf(state.parameters, isDeviceTensor)
    .map(([path, tensor]) => {
      const owner = owners?.get(path) ?? 0;
      return { path, shape: tensor.type.shape, owner, tensor };
    });
  return {
    async run(batches, scalars) {
      const made: Outputs[] = [];
      for (const [i, batch] of batches.entries()) {
        const outputs = await add.run({
          batch,
          share: scalar(1 / count),
          first: scalar(i === 0 ? 1 : 0),
        }) as Outputs;
        made.push(notedWith(outputs, batch));
      }
      const squares = await exchange?.end(share.count > 0);
      const microbatches = await outputsOfRanks(ranks, made, count);
      const outputs = await finish.run({
        scalars,
        ...(owners && { norm: await normOf(ranks, squares!) }),
      });
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
    [Symbol.dispose]() {
      add[Symbol.dispose]();
      finish[Symbol.dispose]();
      disposeState(sums);
    },
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
