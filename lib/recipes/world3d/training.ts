import {
  type Device,
  disposeState,
  jitWithState,
  readState,
  uploadState,
} from "../../compiler/mod.ts";
import { type NdArray, type Progress, Rng } from "../../core/mod.ts";
import {
  initWorld3d,
  world3dLoss,
  type World3dParameters,
} from "../../evaluation/world3d/mod.ts";
import type { JsonlWriter } from "../../formats/jsonl/mod.ts";
import {
  type Checkpoint,
  DivergedError,
  initTrainState,
  learningRateAt,
  stepScalars,
  StoppedError,
  type TrainState,
  trainStep,
} from "../../trainer/mod.ts";
import { World3dExamples } from "./examples.ts";
import type { World3dPlan } from "./plan.ts";

/** What a training of the network works with. */
export interface World3dTraining {
  readonly plan: World3dPlan;
  readonly device: Device;
  /** Where to go on. */
  readonly resume?: Checkpoint<TrainState<World3dParameters>> | undefined;
  /** Parameters to begin with; drawn when left out. */
  readonly initial?: World3dParameters;
  readonly metrics: JsonlWriter;
  readonly progress: Progress;
  /** Seconds between saves. */
  readonly saveEvery: number;
  save(checkpoint: Checkpoint<TrainState<World3dParameters>>): Promise<void>;
  readonly signal: AbortSignal;
  /** Milliseconds of a steady clock. */
  readonly clock: () => number;
}

/**
 * Trains the network to the end of its plan. The next batch is filmed while the
 * device works on this one.
 *
 * @throws {StoppedError} if the signal asked for it, after saving
 * @throws {DivergedError} if a metric is no number
 */
export async function trainWorld3d(
  { plan, device, resume, metrics, progress, signal, clock, ...rest }:
    World3dTraining,
): Promise<World3dParameters> {
  const { network, training } = plan;
  const { totalSteps } = training.schedule;
  const examples = new World3dExamples(plan);
  const state = await uploadState(
    device,
    resume?.state ??
      initTrainState(
        rest.initial ?? initWorld3d(network, new Rng(plan.seed)),
      ),
  );
  using held = new DisposableStack();
  held.defer(() => disposeState(state));
  using step = jitWithState(
    trainStep(
      (parameters: never, batch: never) =>
        world3dLoss(parameters, batch, network),
      training,
    ) as never,
    state,
    { device, name: "world3d" },
  );
  using task = progress.start({
    label: "world3d",
    total: totalSteps,
    unit: "steps",
    done: resume?.step ?? 0,
  });
  const begun = clock();
  let done = resume?.step ?? 0;
  const parametersOf = async (): Promise<TrainState<World3dParameters>> =>
    await readState(state) as unknown as TrainState<World3dParameters>;
  const save = async (): Promise<void> => {
    metrics.sync();
    await rest.save({
      step: done,
      state: await parametersOf(),
      metricsBytes: metrics.bytes,
      seconds: (resume?.seconds ?? 0) + (clock() - begun) / 1000,
    });
  };
  let saved = clock();
  let next = examples.batchAt(done);
  while (done < totalSteps) {
    const batch = await next;
    const learningRate = learningRateAt(done, training.schedule);
    const scalars = stepScalars(done + 1, learningRate, training.optimiser);
    const running = step.run({ batch, scalars } as never);
    if (done + 1 < totalSteps) next = examples.batchAt(done + 1);
    const values = numbersOf(await running as Record<string, NdArray>, done);
    done++;
    metrics.append({ step: done, learningRate, ...values });
    task.update(done, { loss: Number(values.loss!.toPrecision(3)) });
    const stopped = signal.aborted && done < totalSteps;
    if (
      stopped || done === totalSteps ||
      clock() - saved >= rest.saveEvery * 1000
    ) {
      await save();
      saved = clock();
    }
    if (stopped) {
      await next;
      throw new StoppedError(
        `Training of "world3d" was stopped at step ${done}; it is saved`,
      );
    }
  }
  return (await parametersOf()).parameters;
}

function numbersOf(
  outputs: Record<string, NdArray>,
  step: number,
): Record<string, number> {
  const values = Object.fromEntries(
    Object.entries(outputs).map(([name, { data }]) => [name, data[0]!]),
  );
  for (const [metric, value] of Object.entries(values)) {
    if (Number.isFinite(value)) continue;
    throw new DivergedError(
      `Training of "world3d" diverged at step ${step + 1}: ${metric} must be ` +
        `finite: current value is ${value}; lower the learning rate`,
    );
  }
  return values;
}
