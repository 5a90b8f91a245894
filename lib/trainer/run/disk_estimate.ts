import { BYTES_PER_ELEMENT, bytesText, durationText } from "../../core/mod.ts";
import { metaInit } from "../../models/layers/mod.ts";
import { initLora } from "../../models/lora/mod.ts";
import { initModels } from "../../models/text_to_video/mod.ts";
import { latentSizeOf } from "../../models/vae/mod.ts";
import { bytesOf, DISK_RESERVE } from "../checkpoints/checkpoint_folder.ts";
import { initTrainState } from "../loop/train_step.ts";
import { hollow } from "../memory/step_shape.ts";
import { freeBytes } from "../observers/machine.ts";
import { clipShapeOf, lengthOf } from "../stages/stage_plan.ts";
import { type Stage, titleOf } from "../stages/stages.ts";
import { planOf, type RunConfig, trainingConfigOf } from "./config.ts";

/** Resources of a stage. */
export interface StageEstimate {
  readonly stage: Stage;
  readonly updates: number;
  /** Bytes of the training state, in memory and in each checkpoint. */
  readonly state: number;
  /** Bytes of the cached latents. */
  readonly latents: number;
  /** Bytes of all files of the stage: checkpoints, snapshots, weights, latents. */
  readonly disk: number;
}

/**
 * Logs the estimated resources of stages: updates, state, latents, disk, and
 * the time.
 *
 * @param paces Seconds per update, measured by a dry run.
 * @param free Bytes that may still be written to the folder of the run.
 */
export async function logEstimate(
  config: RunConfig,
  stages: readonly Stage[],
  host: { log(line: string): void },
  paces: Readonly<Partial<Record<Stage, number>>> = {},
  free: (folder: string) => Promise<number> = freeBytes,
): Promise<void> {
  const estimates = stages.map((stage) => estimateStage(config, stage));
  for (const one of estimates) host.log(lineOf(one, paces[one.stage]));
  const seconds = estimates.reduce(
    (sum, { stage, updates }) => sum + updates * (paces[stage] ?? NaN),
    0,
  );
  if (Number.isFinite(seconds)) {
    host.log(
      `all updates: ${durationText(seconds)}; clips, latents and evaluations ` +
        "come on top",
    );
  }
  const needed = estimates.reduce((sum, { disk }) => sum + disk, 0);
  const available = await free(config.run);
  host.log(
    `disk: about ${bytesText(needed)}, and ${bytesText(DISK_RESERVE)} that ` +
      `stay free, of ${bytesText(available)} available`,
  );
  if (needed + DISK_RESERVE <= available) return;
  host.log(
    "warning: the disk may have too little room: it needs about " +
      `${bytesText(needed + DISK_RESERVE)}, less what the run already ` +
      "holds; free some, or lower --keep-last or --snapshots",
  );
}

/** Estimates the resources of a stage from its shapes. */
export function estimateStage(config: RunConfig, stage: Stage): StageEstimate {
  const { models, lora, keepLast, keepEvery, snapshots, heldOut } = config;
  const plan = planOf(config, stage);
  const { vae, text, backbone } = hollow(initModels(models, metaInit()));
  const parameters = stage === "vae"
    ? vae
    : stage === "text"
    ? { text }
    : lora
    ? hollow(initLora({ text, backbone }, lora, metaInit()))
    : { text, backbone };
  const training = trainingConfigOf(config, stage, plan);
  const state = bytesOf(initTrainState<unknown>(parameters, training));
  const grid = latentSizeOf(models.vae, clipShapeOf(plan));
  const latent = grid.frames * grid.height * grid.width *
    models.vae.latentChannels * BYTES_PER_ELEMENT.float32;
  const latents = stage === "vae" || stage === "text"
    ? 0
    : (plan.samples + heldOut) * latent;
  const updates = lengthOf(plan, config.maxSteps);
  // A new checkpoint is written before the oldest is removed.
  const checkpoints = keepLast + 1 +
    (keepEvery > 0 ? Math.floor(updates / keepEvery) : 0);
  // Last parameters, weights, and snapshots of two EMAs in half precision.
  const copies = 2 + snapshots;
  return {
    stage,
    updates,
    state,
    latents,
    disk: state * checkpoints + bytesOf(parameters) * copies + latents,
  };
}

function lineOf(
  { stage, updates, state, latents }: StageEstimate,
  secondsPerUpdate: number | undefined,
): string {
  const parts = [
    `${updates} updates`,
    `state ${bytesText(state)}`,
    ...(latents > 0 ? [`latents ${bytesText(latents)}`] : []),
    ...(secondsPerUpdate === undefined ? [] : [
      `${secondsPerUpdate.toPrecision(3)} s an update`,
      durationText(updates * secondsPerUpdate),
    ]),
  ];
  return `${stage} (${titleOf(stage)}): ${parts.join(", ")}`;
}
