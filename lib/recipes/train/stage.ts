import { readState } from "../../compiler/mod.ts";
import { writeFileAtomically } from "../../core/mod.ts";
import {
  type Evaluator,
  initTrainState,
  type MetricsRecord,
  saveSnapshot,
  train,
  type Trained,
  type Training,
} from "../../trainer/mod.ts";
import { loadWeights, saveWeights } from "../../pipeline/mod.ts";
import type { Stage } from "./curriculum.ts";
import { sayEstimate } from "./estimate.ts";
import { endOf, exists, type Run, type StageEnd } from "./run.ts";

/**
 * Whether a stage and the weights that come of it are done.
 *
 * @throws {InputError} if it was done with another configuration, naming the
 *   field
 */
export async function isDone(
  run: Run,
  stage: Stage,
  config: unknown,
  weights: string,
): Promise<boolean> {
  await run.checkpoints(stage, config).peek();
  return await endOf(run.folder, stage) !== undefined && await exists(weights);
}

/** Runs a stage from where its newest checkpoint stands to its end. */
export async function runStage<P, T, B, A>(
  run: Run,
  stage: Stage,
  config: unknown,
  training: Pick<
    Training<P, T, B, A>,
    "config" | "initial" | "lossOf" | "batchAt" | "measure" | "evaluator"
  >,
): Promise<Trained<P>> {
  const { host } = run;
  const checkpoints = run.checkpoints(stage, config);
  const { checkpoint, damaged } = await checkpoints.newest(
    initTrainState(training.initial, training.config),
  );
  for (const line of damaged) host.say(`left out: ${line}`);
  const { totalSteps } = training.config.schedule;
  if (checkpoint?.step === totalSteps) {
    const { state, seconds, evaluation, guard } = checkpoint;
    await writeEnd(run, stage, state.parameters, {
      steps: totalSteps,
      metricsBytes: checkpoint.metricsBytes,
    });
    return {
      state,
      parameters: state.parameters,
      seconds,
      best: evaluation?.best,
      refused: guard?.refused ?? 0,
    };
  }
  await sayEstimate(run.options, [stage], host);
  using metrics = await run.openMetrics(stage, checkpoint);
  await run.observers.begin(stage, checkpoint?.step ?? 0, totalSteps);
  const trained = await train<P, T, B, A>({
    ...training,
    evaluator: training.evaluator && watched(run, stage, training.evaluator),
    name: stage,
    device: run.device,
    ...(run.options.snapshots > 0 && {
      snapshots: {
        every: Math.max(1, Math.floor(totalSteps / run.options.snapshots)),
        async take(state, step) {
          const averages = await readState(state.averages!);
          await saveSnapshot(`${run.folder}/${stage}`, averages, step);
        },
      },
    }),
    resume: checkpoint,
    metrics,
    progress: host.progress,
    save: (checkpoint) => checkpoints.save(checkpoint),
    saveEvery: run.options.saveEvery,
    request: () => run.request(),
    async onRecord(record: MetricsRecord) {
      await run.observers.record(stage, record);
      await host.display?.(record);
    },
    signal: host.signal,
    clock: host.clock,
  });
  await writeEnd(run, stage, trained.parameters, {
    steps: totalSteps,
    metricsBytes: metrics.bytes,
  });
  return trained;
}

/** An evaluator after which observers are shown the parameters. */
function watched<P>(
  run: Run,
  stage: Stage,
  evaluator: Evaluator<P>,
): Evaluator<P> {
  return {
    ...evaluator,
    async evaluate(state, step) {
      const found = await evaluator.evaluate(state, step);
      run.observers.parameters(stage, step, await readState(state.parameters));
      return found;
    },
  };
}

/**
 * Loads the parameters with which a stage ended, those the next one goes on
 * with; undefined if it has not ended.
 */
export async function endParameters<P>(
  run: Run,
  stage: Stage,
  form: P,
): Promise<P | undefined> {
  if (!await endOf(run.folder, stage)) return undefined;
  const { tensors } = await loadWeights(`${run.folder}/${stage}/${END}`, {
    kind: END_KIND,
    config: run.models,
    form,
  });
  return tensors;
}

/** In the folder of a stage that is done: what the next one begins with. */
export const END = "end.safetensors";
const END_KIND = "Parameters";

/** Leaves what the next stage needs; it is there whole, or the stage is not done. */
async function writeEnd(
  run: Run,
  stage: Stage,
  parameters: unknown,
  end: StageEnd,
): Promise<void> {
  if (await endOf(run.folder, stage)) return;
  const folder = `${run.folder}/${stage}`;
  await saveWeights(`${folder}/${END}`, parameters, {
    kind: END_KIND,
    config: run.models,
    stage,
    step: end.steps,
  });
  await writeFileAtomically(`${folder}/done.json`, `${JSON.stringify(end)}\n`);
}
