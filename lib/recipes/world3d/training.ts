import type { Device } from "../../compiler/mod.ts";
import { type Progress, Rng } from "../../core/mod.ts";
import {
  initWorld3d,
  type World3dBatch,
  world3dLoss,
  type World3dParameters,
  world3dStillsLoss,
} from "../../evaluation/world3d/mod.ts";
import type { Tensors } from "../../models/layers/mod.ts";
import { openJsonl } from "../../formats/jsonl/mod.ts";
import {
  CheckpointFolder,
  initTrainState,
  train,
  type Trained,
  type Training,
  type TrainState,
} from "../../trainer/mod.ts";
import { World3dExamples } from "./examples.ts";
import type { World3dPlan } from "./plan.ts";

/** What a training of the network works with. */
export interface World3dContext {
  readonly plan: World3dPlan;
  /** Folder of the run; one that was interrupted there goes on. */
  readonly folder: string;
  readonly device: Device;
  readonly progress: Progress;
  readonly signal: AbortSignal;
  /** Milliseconds of a steady clock. */
  readonly clock: () => number;
}

/** Seconds between checkpoints. */
const SAVE_EVERY = 60;

/**
 * Trains the network to the end of its plan: pictures, then clips.
 *
 * @throws {StoppedError} if the signal asked for it, after saving
 * @throws {DivergedError} if too many steps in a row could not be used
 */
export async function trainWorld3d(
  context: World3dContext,
): Promise<Trained<World3dParameters>> {
  const { plan } = context;
  const { network } = plan;
  const examples = new World3dExamples(plan);
  const stills = await runStage(context, "stills", {
    config: plan.stills.training,
    initial: initWorld3d(network, new Rng(plan.seed)),
    lossOf: world3dStillsLoss,
    batchAt: (step) => examples.stillsAt(step),
  });
  const clips = await runStage(context, "clips", {
    config: plan.clips.training,
    initial: stills.parameters,
    lossOf: (
      parameters: Tensors<World3dParameters>,
      batch: World3dBatch,
    ) => world3dLoss(parameters, batch, network),
    batchAt: (step) => examples.clipsAt(step),
  });
  return { ...clips, seconds: stills.seconds + clips.seconds };
}

/** Runs a stage from where its checkpoint stands to its end. */
async function runStage<T, B, A>(
  { plan, folder, ...context }: World3dContext,
  name: "stills" | "clips",
  stage: Pick<
    Training<World3dParameters, T, B, A>,
    "config" | "initial" | "lossOf" | "batchAt"
  >,
): Promise<Trained<World3dParameters>> {
  const { network, seed } = plan;
  const config = { network, seed, stage: plan[name] };
  const checkpoints = new CheckpointFolder(`${folder}/${name}`, config, {
    keepLast: 2,
    keepEvery: 0,
  });
  const { checkpoint } = await checkpoints.newest<
    TrainState<World3dParameters>
  >(initTrainState(stage.initial));
  await Deno.mkdir(folder, { recursive: true });
  using metrics = openJsonl(`${folder}/${name}.jsonl`, {
    atBytes: checkpoint?.metricsBytes ?? 0,
  });
  return await train({
    ...context,
    ...stage,
    name: `world3d ${name}`,
    ...(checkpoint && { resume: checkpoint }),
    metrics,
    saveEvery: SAVE_EVERY,
    save: (checkpoint) => checkpoints.save(checkpoint),
  });
}
