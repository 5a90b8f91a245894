import {
  backboneConfigSchema,
  pureTransformer,
} from "../../models/backbone/mod.ts";
import { textConfigSchema } from "../../models/text/mod.ts";
import type { ModelConfig } from "../../models/text_to_video/mod.ts";
import { vaeConfigSchema } from "../../models/vae/mod.ts";
import {
  OPTIMISERS,
  type RunConfig,
  SCHEDULES,
  type Stage,
  type StagePlan,
  STAGES,
} from "../../trainer/mod.ts";
import { type Knobs, readKnobs } from "../command_line/mod.ts";
import { cropSizeOf, frameSizeOf } from "../clip_size.ts";
import { stagePlan } from "../curriculum.ts";
import { PRESETS } from "../presets.ts";
import { dataSource, trainFlags, type TrainOptions } from "./options.ts";
import { checkedSettings, settingsOf } from "./settings.ts";

/** Flags of a notebook. */
export const notebookFlags = trainFlags.omit({ config: true, dryRun: true });

/**
 * The run of a notebook.
 *
 * @param knobs Values by the names of flags; 0 or "" omits an optional one.
 * @param flags More flags, as on the command line.
 * @throws {InputError} naming the flag
 */
export function trainConfig(
  knobs: Knobs,
  flags: readonly string[],
): RunConfig {
  return runConfigOf(trainFlags.parse(readKnobs(notebookFlags, knobs, flags)));
}

/**
 * The run of flags: presets and curriculum become plain numbers.
 *
 * @throws {InputError} naming a setting of `--set` that breaks its rule
 */
export function runConfigOf(options: TrainOptions): RunConfig {
  const { preset, backbone, set, ...rest } = options;
  const { optimiser, schedule, ...models } = settingsOf(set);
  checkedSettings<unknown>(
    "optimiser",
    OPTIMISERS[rest.optimiser].settings,
    optimiser,
  );
  checkedSettings<unknown>(
    "schedule",
    SCHEDULES[rest.schedule].settings,
    schedule,
  );
  const data = options.data.map(dataSource);
  return {
    ...rest,
    data,
    fit: options.fit === undefined ? undefined : 1e9 * parseFloat(options.fit),
    crop: options.crop === undefined ? undefined : cropSizeOf(options.crop),
    world: options.world ?? (data.length > 0 ? 0 : 1),
    exact: {
      size: options.size?.includes("x") ?? false,
      frames: options.frames !== undefined,
      fps: options.fps !== undefined,
    },
    name: preset,
    settings: { ...optimiser && { optimiser }, ...schedule && { schedule } },
    models: changedModels(modelsOf({ preset, backbone }), models),
    plans: Object.fromEntries(
      STAGES.map((stage) => [stage, overridden(options, stage)]),
    ) as Record<Stage, StagePlan>,
  };
}

/**
 * The models of a preset with the chosen backbone.
 */
function modelsOf(
  { preset, backbone }: Pick<TrainOptions, "preset" | "backbone">,
): ModelConfig {
  const models = PRESETS[preset];
  switch (backbone) {
    case "hybrid":
      return models;
    case "pure":
      return { ...models, backbone: pureTransformer(models.backbone) };
    case "no-word-embeddings":
      return {
        ...models,
        backbone: { ...models.backbone, wordEmbeddings: false },
      };
  }
}

/** Models of a preset with the settings that `--set` gives. */
function changedModels(
  { vae, text, backbone }: ModelConfig,
  given: ReturnType<typeof settingsOf>,
): ModelConfig {
  return {
    vae: checkedSettings("vae", vaeConfigSchema, given.vae, vae),
    text: checkedSettings("text", textConfigSchema, given.text, text),
    backbone: checkedSettings(
      "backbone",
      backboneConfigSchema,
      given.backbone,
      backbone,
    ),
  };
}

/** The curriculum's plan of a stage, overridden by flags. */
function overridden(options: TrainOptions, stage: Stage): StagePlan {
  const plan = stagePlan(options.preset, stage);
  const { width, height } = options.size === undefined
    ? plan
    : frameSizeOf(options.size);
  return {
    epochs: options.epochs ?? plan.epochs,
    batch: options.batch ?? plan.batch,
    accumulation: options.accumulation ?? plan.accumulation,
    learningRate: options.learningRate ?? plan.learningRate,
    samples: options.samples ?? plan.samples,
    width,
    height,
    frames: options.frames ?? plan.frames,
    fps: options.fps ?? plan.fps,
  };
}
