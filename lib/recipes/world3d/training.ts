import type { Device } from "../../compiler/mod.ts";
import { type Progress, Rng } from "../../core/mod.ts";
import {
  appearanceLoss,
  initWorld3d,
  motionLoss,
  type World3dParameters,
} from "../../evaluation/world3d/mod.ts";
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
 * Trains both paths of the network to the end of its plan.
 *
 * @throws {StoppedError} if the signal asked for it, after saving
 * @throws {DivergedError} if too many steps in a row could not be used
 */
export async function trainWorld3d(
  context: World3dContext,
): Promise<
  { readonly parameters: World3dParameters; readonly seconds: number }
> {
  const { plan } = context;
  const examples = new World3dExamples(plan);
  const initial = initWorld3d(plan.network, new Rng(plan.seed));
  const appearance = await runStage(context, "appearance", {
    config: plan.appearance.training,
    initial: initial.appearance,
    lossOf: appearanceLoss,
    batchAt: (step) => examples.picturesAt(step),
  });
  const motion = await runStage(context, "motion", {
    config: plan.motion.training,
    initial: initial.motion,
    lossOf: motionLoss,
    batchAt: (step) => examples.clipsAt(step),
  });
  return {
    parameters: {
      appearance: appearance.parameters,
      motion: motion.parameters,
    },
    seconds: appearance.seconds + motion.seconds,
  };
}

/** Runs a stage from where its checkpoint stands to its end. */
async function runStage<P, B, A>(
  { plan, folder, ...context }: World3dContext,
  name: "appearance" | "motion",
  stage: Pick<
    Training<P, B, A>,
    "config" | "initial" | "lossOf" | "batchAt"
  >,
): Promise<Trained<P>> {
  const { network, seed } = plan;
  const config = { network, seed, stage: plan[name] };
  const checkpoints = new CheckpointFolder(`${folder}/${name}`, config, {
    keepLast: 2,
    keepEvery: 0,
  });
  const { checkpoint } = await checkpoints.newest<TrainState<P>>(
    initTrainState(stage.initial),
  );
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
