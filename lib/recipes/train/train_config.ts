import { pureTransformer } from "../../models/backbone/mod.ts";
import type { ModelConfig } from "../../models/text_to_video/mod.ts";
import {
  type RunConfig,
  type Stage,
  type StagePlan,
  STAGES,
} from "../../trainer/mod.ts";
import { type Knobs, readKnobs } from "../command_line/mod.ts";
import { stagePlan } from "../curriculum.ts";
import { PRESETS } from "../presets.ts";
import { trainFlags, type TrainOptions } from "./options.ts";

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

/** The run of flags: presets and curriculum become plain numbers. */
export function runConfigOf(options: TrainOptions): RunConfig {
  const { preset, backbone, ...rest } = options;
  return {
    ...rest,
    name: preset,
    models: modelsOf({ preset, backbone }),
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

/** The curriculum's plan of a stage, overridden by flags. */
function overridden(options: TrainOptions, stage: Stage): StagePlan {
  return Object.fromEntries(
    Object.entries(stagePlan(options.preset, stage)).map(([field, value]) =>
      [field, options[field as keyof StagePlan] ?? value] as const
    ),
  ) as StagePlan;
}
