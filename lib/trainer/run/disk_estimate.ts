import { BYTES_PER_ELEMENT, bytesText } from "../../core/mod.ts";
import { metaInit } from "../../models/layers/mod.ts";
import { initModels } from "../../models/text_to_video/mod.ts";
import { latentSizeOf } from "../../models/vae/mod.ts";
import { countParameters } from "../loop/train_step.ts";
import { freeBytes } from "../observers/machine.ts";
import { clipShapeOf, scheduleOf } from "../stages/stage_plan.ts";
import { type Stage, titleOf } from "../stages/stages.ts";
import { planOf, type RunConfig } from "./config.ts";

/** Parameters, two moments and two EMAs. */
const COPIES = 5;

/** Resources of a stage. */
interface StageEstimate {
  readonly stage: Stage;
  readonly updates: number;
  /** Bytes of the training state, in memory and in each checkpoint. */
  readonly state: number;
  /** Bytes of the cached latents. */
  readonly latents: number;
}

/**
 * Logs the estimated resources of stages: updates, state, latents, disk, and
 * the time.
 *
 * @param paces Seconds per update, measured by a dry run.
 */
export async function logEstimate(
  config: RunConfig,
  stages: readonly Stage[],
  host: { log(line: string): void },
  paces: Readonly<Partial<Record<Stage, number>>> = {},
): Promise<void> {
  const estimates = stages.map((stage) => estimateOf(config, stage));
  for (const one of estimates) host.log(lineOf(one, paces[one.stage]));
  const disk = estimates.reduce(
    (sum, { state, latents }) => sum + state * (config.keepLast + 1) + latents,
    0,
  );
  host.log(
    `disk: about ${bytesText(disk)} of ${
      bytesText(await freeBytes(config.run))
    } available`,
  );
}

function estimateOf(config: RunConfig, stage: Stage): StageEstimate {
  const { models } = config;
  const plan = planOf(config, stage);
  const { vae, text, backbone } = initModels(models, metaInit());
  const trained = stage === "vae"
    ? vae
    : stage === "text"
    ? text
    : { text, backbone };
  const grid = latentSizeOf(models.vae, clipShapeOf(plan));
  const numbers = grid.frames * grid.height * grid.width *
    models.vae.latentChannels;
  return {
    stage,
    updates: scheduleOf(plan, config.maxSteps).totalSteps,
    state: countParameters(trained) * COPIES * BYTES_PER_ELEMENT.float32,
    latents: stage === "vae" || stage === "text"
      ? 0
      : plan.samples * numbers * BYTES_PER_ELEMENT.float32,
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
      `${(updates * secondsPerUpdate / 3600).toFixed(2)} h`,
    ]),
  ];
  return `${stage} (${titleOf(stage)}): ${parts.join(", ")}`;
}
