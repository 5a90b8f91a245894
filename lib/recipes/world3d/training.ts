import type { Device } from "../../compiler/mod.ts";
import { makeWritableFolder, type Progress, Rng } from "../../core/mod.ts";
import {
  appearanceLoss,
  type ExamplePlan,
  type ExampleStage,
  initWorld3d,
  motionLoss,
  WORLD3D,
  type World3dConfig,
  World3dExamples,
  type World3dParameters,
} from "../../evaluation/world3d/mod.ts";
import { openJsonl } from "../../formats/jsonl/mod.ts";
import {
  ADAMW_DEFAULTS,
  CheckpointFolder,
  initTrainState,
  train,
  type Trained,
  type Training,
  type TrainingConfig,
  type TrainState,
} from "../../trainer/mod.ts";

/** One stage of the training. */
export interface World3dStage extends ExampleStage {
  readonly training: TrainingConfig;
}

/** A training of the network, as plain data. */
export interface World3dPlan extends ExamplePlan {
  /** Single pictures: one costs a fifth of a clip, and hundreds of objects take many. */
  readonly appearance: World3dStage;
  /** Clips. */
  readonly motion: World3dStage;
}

/** A number for each stage. */
type ByStage = Readonly<Record<"appearance" | "motion", number>>;

/** The plan of a training of so many steps. */
export function world3dPlan(
  steps: ByStage,
  network: World3dConfig = WORLD3D,
  batch: ByStage = { appearance: 128, motion: 32 },
): World3dPlan {
  return {
    network,
    appearance: {
      batch: batch.appearance,
      training: trainingOf(steps.appearance),
      phases: [[1, 1]],
    },
    motion: {
      batch: batch.motion,
      training: trainingOf(steps.motion),
      // The camera moves from phase 2 on.
      phases: [[1, 0.7], [2, 0.12], [3, 0.06], [4, 0.06], [5, 0.06]],
    },
    seed: 1,
  };
}

function trainingOf(totalSteps: number): TrainingConfig {
  const warmupSteps = Math.round(totalSteps / 30);
  return {
    schedule: { peak: 2e-3, warmupSteps, totalSteps, floor: 1e-5 },
    optimiser: ADAMW_DEFAULTS,
    clipNorm: 1,
  };
}

/** Resources of a training. */
interface World3dContext {
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
 * @throws {StoppedError} if the signal is aborted, after saving
 * @throws {DivergedError} if too many steps in a row are unusable
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

/** Runs a stage from its newest checkpoint to its end. */
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
  await makeWritableFolder(folder, "--out");
  using metrics = openJsonl(`${folder}/${name}.jsonl`, {
    atBytes: checkpoint?.metricsBytes ?? 0,
    digest: checkpoint?.metricsDigest,
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
