import { BYTES_PER_ELEMENT } from "../../core/mod.ts";
import { metaInit } from "../../models/layers/mod.ts";
import { latentSizeOf } from "../../models/vae/mod.ts";
import {
  clipShapeOf,
  countParameters,
  freeBytes,
  scheduleOf,
} from "../../trainer/mod.ts";
import { initModels } from "../../models/text_to_video/mod.ts";
import { type Stage, titleOf } from "./curriculum.ts";
import { modelsOf } from "./models.ts";
import type { TrainOptions } from "./options.ts";
import { planOf } from "./plan.ts";

/** Parameters, two moments and two averages of each. */
const COPIES = 5;
/** What a stage will take. */
interface StageEstimate {
  readonly stage: Stage;
  readonly updates: number;
  /** Bytes of the training state, in memory and in each checkpoint. */
  readonly state: number;
  /** Bytes of the cached latents. */
  readonly latents: number;
  readonly secondsPerUpdate?: number;
}

/**
 * Says what stages will take, before the first update: state, disk, and with
 * the pace of a dry run the time.
 */
export async function sayEstimate(
  options: TrainOptions,
  stages: readonly Stage[],
  host: { say(line: string): void },
  paces: Readonly<Partial<Record<Stage, number>>> = {},
): Promise<void> {
  const estimates = stages.map((stage) => ({
    ...estimateOf(options, stage),
    secondsPerUpdate: paces[stage],
  }));
  for (const estimate of estimates) host.say(lineOf(estimate));
  const disk = estimates.reduce(
    (sum, { state, latents }) => sum + state * (options.keepLast + 1) + latents,
    0,
  );
  host.say(
    `disk: about ${gigabytes(disk)} of ${
      gigabytes(await freeBytes(options.run))
    } that are free`,
  );
}

function estimateOf(options: TrainOptions, stage: Stage): StageEstimate {
  const models = modelsOf(options);
  const plan = planOf(options, stage);
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
    updates: scheduleOf(plan, options.maxSteps).totalSteps,
    state: countParameters(trained) * COPIES * BYTES_PER_ELEMENT.float32,
    latents: stage === "vae" || stage === "text"
      ? 0
      : plan.samples * numbers * BYTES_PER_ELEMENT.float32,
  };
}

function lineOf(
  { stage, updates, state, latents, secondsPerUpdate }: StageEstimate,
): string {
  const parts = [
    `${updates} updates`,
    `state ${gigabytes(state)}`,
    ...(latents > 0 ? [`latents ${gigabytes(latents)}`] : []),
    ...(secondsPerUpdate === undefined ? [] : [
      `${secondsPerUpdate.toPrecision(3)} s an update`,
      `${(updates * secondsPerUpdate / 3600).toFixed(2)} h`,
    ]),
  ];
  return `${stage} (${titleOf(stage)}): ${parts.join(", ")}`;
}

function gigabytes(bytes: number): string {
  return `${Number((bytes / 1e9).toPrecision(3))} GB`;
}
