import type { Device } from "../../compiler/mod.ts";
import { readState } from "../../compiler/mod.ts";
import {
  bytesText,
  exists,
  grouped,
  InputError,
  writeFileAtomically,
} from "../../core/mod.ts";
import { loadWeights, saveWeights, verifyWeights } from "../../pipeline/mod.ts";
import { fromFirstRank, onFirstRank } from "../../ranks/mod.ts";
import { saveSnapshot } from "../averages/snapshots.ts";
import { ofFirstRank } from "../checkpoints/first_rank.ts";
import {
  type Evaluator,
  train,
  type Trained,
  type Training,
} from "../loop/train.ts";
import { type MemoryItem, PURPOSES } from "../memory/memory_items.ts";
import { hollow } from "../memory/step_shape.ts";
import { type MemoryBar, memoryText } from "../report/mod.ts";
import { bytesOfShares } from "../loop/shared_state.ts";
import { initTrainState } from "../loop/train_step.ts";
import { lengthOf } from "../stages/stage_plan.ts";
import type { Stage } from "../stages/stages.ts";
import { logEstimate } from "./disk_estimate.ts";
import { planOf } from "./config.ts";
import { endOf, refuseLaterStages, type Run, type StageEnd } from "./run.ts";

/**
 * Whether a stage is done and its weights exist. Damaged ones count as missing
 * where there is a checkpoint from which they are made again, and so does a stage
 * that is to train longer than it did. A line names a stage that is done.
 *
 * @throws {InputError} naming the field, if its configuration differs, or the
 *   checkpoint from which it could go on is missing
 */
export async function isDone(
  run: Run,
  stage: Stage,
  config: unknown,
  weights: string,
): Promise<boolean> {
  const checkpoints = run.checkpoints(stage, config);
  return await fromFirstRank(run.ranks, async () => {
    await checkpoints.peek();
    const end = await endOf(run.folder, stage);
    if (!end || !await exists(weights)) return false;
    const hasCheckpoint = (await checkpoints.steps()).length > 0;
    const totalSteps = lengthOf(planOf(run.config, stage), run.config.maxSteps);
    if (end.steps < totalSteps) {
      if (hasCheckpoint) return false;
      throw new InputError(
        `Cannot train ${stage} in "${run.folder}" from update ${end.steps} to ` +
          `${totalSteps}: its last checkpoint must be there: it was removed; ` +
          "restore the number of updates, or train in another folder with --run",
      );
    }
    const done = !hasCheckpoint ||
      await isWhole(run, weights) && await isWhole(run, endPath(run, stage));
    if (done) {
      const planned = Math.max(end.steps, totalSteps);
      run.host.log(
        `${stage} is done: ${grouped(end.steps)} of ${
          grouped(planned)
        } updates`,
      );
    }
    return done;
  });
}

/** Whether a file of weights is as it was written; prints a line if not. */
async function isWhole(run: Run, path: string): Promise<boolean> {
  try {
    await verifyWeights(path);
    return true;
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    run.host.log(`made again from the last checkpoint: "${path}" was damaged`);
    return false;
  }
}

/** Trains a stage to its end, from its newest checkpoint if there is one. */
export async function trainStage<P, B, A>(
  run: Run,
  stage: Stage,
  stageConfig: unknown,
  training: Pick<
    Training<P, B, A>,
    | "config"
    | "initial"
    | "frozen"
    | "lossOf"
    | "batchAt"
    | "notesOf"
    | "measure"
    | "evaluator"
  >,
): Promise<Trained<P>> {
  const { host, ranks, config } = run;
  const { snapshots, saveEvery, shardOptimiser, overlap, compression } = config;
  const checkpoints = run.checkpoints(stage, stageConfig);
  const form = hollow(
    initTrainState(hollow(training.initial), training.config),
  );
  const checkpoint = await ofFirstRank(ranks, form, async () => {
    const { checkpoint, damaged } = await checkpoints.newest(form);
    for (const line of damaged) host.log(`left out: ${line}`);
    return checkpoint;
  });
  const { totalSteps } = training.config.schedule;
  if (checkpoint?.step === totalSteps) {
    const { state, seconds, evaluation, guard } = checkpoint;
    await writeEnd(run, stage, state.parameters, {
      steps: totalSteps,
      metricsBytes: checkpoint.metricsBytes,
      metricsDigest: checkpoint.metricsDigest,
    });
    return {
      state,
      parameters: state.parameters,
      seconds,
      best: evaluation?.best,
      refused: guard?.refused ?? 0,
    };
  }
  await fromFirstRank(ranks, () => goOn(run, stage, totalSteps));
  const { accumulation = 1 } = training.config;
  if (accumulation % ranks.size !== 0) {
    host.log(
      `note: ${ranks.size} ranks cannot share the updates of ${stage} evenly, ` +
        `and wait for each other: it has --accumulation ${accumulation}; pass ` +
        "a multiple of the ranks, and a smaller --batch for the same update",
    );
  }
  await logEstimate(run.config, [stage], host);
  if (shardOptimiser && ranks.size > 1) {
    const { optimiser } = training.config;
    const bytes = bytesOfShares(form, optimiser, ranks.size);
    const whole = bytes.reduce((a, b) => a + b, 0);
    host.log(
      `optimiser and EMAs: ${
        bytesText(Math.max(...bytes))
      } at most on each of ` +
        `${ranks.size} ranks, of ${bytesText(whole)}`,
    );
  }
  using metrics = await run.openMetrics(stage, checkpoint);
  await run.observers.begin(stage, checkpoint?.step ?? 0, totalSteps);
  const trained = await train<P, B, A>({
    ...training,
    evaluator: training.evaluator && watched(run, stage, training.evaluator),
    name: stage,
    device: run.device,
    ...(snapshots > 0 && {
      snapshots: {
        every: Math.max(1, Math.floor(totalSteps / snapshots)),
        async take(averages, step) {
          await saveSnapshot(`${run.folder}/${stage}`, averages, step);
        },
      },
    }),
    onMemory(items) {
      const bar = memoryBar(stage, items, run.device.name);
      host.log(`memory of ${memoryText(bar)}`);
      host.displayMemory?.(stage, bar);
      run.observers.memory(stage, bar);
    },
    resume: checkpoint,
    ranks,
    shardOptimiser,
    overlap,
    compression,
    metrics,
    progress: host.progress,
    save: (checkpoint) => checkpoints.save(checkpoint),
    saveEvery,
    request: () => run.request(),
    async onRecord(record) {
      await run.observers.record(stage, record);
      await host.display?.(record);
    },
    signal: host.signal,
    clock: host.clock,
  });
  await writeEnd(run, stage, trained.parameters, {
    steps: totalSteps,
    metricsBytes: metrics.bytes,
    metricsDigest: metrics.digest,
  });
  return trained;
}

/**
 * The memory of a stage as a bar. On the CPU the rest of the process is a part;
 * beside a card what is on the host has its name.
 */
function memoryBar(
  stage: Stage,
  items: readonly MemoryItem[],
  device: Device["name"],
): MemoryBar {
  const onCard = device !== "cpu";
  const held = items.reduce((sum, { bytes }) => sum + bytes, 0);
  const rest = Deno.memoryUsage().rss - held;
  return {
    title: stage,
    parts: [
      ...items.map(({ purpose, place, bytes }) => ({
        name: PURPOSES[purpose] + (onCard && place === "host" ? " (host)" : ""),
        bytes,
      })),
      ...!onCard && rest > 0 ? [{ name: "program", bytes: rest }] : [],
    ],
  };
}

/**
 * Takes back the end of a stage that trains longer, so that no later stage starts
 * from weights that are about to change.
 *
 * @throws {InputError} if a later stage has begun
 */
async function goOn(
  run: Run,
  stage: Stage,
  totalSteps: number,
): Promise<void> {
  const end = await endOf(run.folder, stage);
  if (!end || end.steps >= totalSteps) return;
  await refuseLaterStages(run.folder, stage);
  await Deno.remove(`${run.folder}/${stage}/done.json`);
  run.host.log(
    `${stage} was done after ${end.steps} updates and goes on to ${totalSteps}: ` +
      (run.config.schedule === "cosine"
        ? "the learning rate follows the new total, so it rises again at first"
        : "the learning rate follows the new total"),
  );
}

/** An evaluator that also passes the parameters to the observers. */
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

/** The last parameters of a stage; undefined before its end. */
export async function endParameters<P>(
  run: Run,
  stage: Stage,
  form: P,
): Promise<P | undefined> {
  if (!await endOf(run.folder, stage)) return undefined;
  const { tensors } = await loadWeights(endPath(run, stage), {
    kind: END_KIND,
    config: run.config.models,
    form,
  });
  return tensors;
}

/** File of the last parameters, in the folder of a stage that is done. */
export const END = "end.safetensors";
const END_KIND = "Parameters";

function endPath({ folder }: Run, stage: Stage): string {
  return `${folder}/${stage}/${END}`;
}

/** Writes the last parameters, then `done.json`: a stage is done with both. */
async function writeEnd(
  run: Run,
  stage: Stage,
  parameters: unknown,
  end: StageEnd,
): Promise<void> {
  const path = endPath(run, stage);
  await onFirstRank(run.ranks, async () => {
    if (await endOf(run.folder, stage) && await isWhole(run, path)) return;
    await saveWeights(path, parameters, {
      kind: END_KIND,
      config: run.config.models,
      stage,
      step: end.steps,
    });
    await writeFileAtomically(
      `${run.folder}/${stage}/done.json`,
      `${JSON.stringify(end)}\n`,
    );
  });
}
