import { basename } from "node:path";
import * as z from "zod";
import { InputError } from "../../core/mod.ts";
import {
  backboneConfigSchema,
  pureTransformer,
} from "../../models/backbone/mod.ts";
import { textConfigSchema } from "../../models/text/mod.ts";
import {
  type ModelConfig,
  ownBackbone,
  ownText,
  ownVae,
  type ShippedConfig,
} from "../../models/text_to_video/mod.ts";
import { vaeConfigSchema } from "../../models/vae/mod.ts";
import {
  OPTIMISERS,
  type OwnRun,
  type Parts,
  type RunConfig,
  SCHEDULES,
  type Stage,
  type StagePlan,
  STAGES,
} from "../../trainer/mod.ts";
import { type Knobs, readKnobs, weightedPath } from "../command_line/mod.ts";
import { cropSizeOf, frameSizeOf } from "../clip_size.ts";
import { stagePlan } from "../curriculum.ts";
import { loraConfigOf } from "../lora.ts";
import { givenModel } from "../own_model.ts";
import { PRESETS } from "../presets.ts";
import { assertNoModel, ltxFileOf, ltxModel } from "./ltx_vae.ts";
import { trainFlags, type TrainOptions } from "./options.ts";
import { checkedSettings, settingsOf } from "./settings.ts";

/** Flags of a notebook. */
export const notebookFlags = trainFlags.omit({ config: true, dryRun: true });

/**
 * The run of a notebook; loads the module of `--model`.
 *
 * @param knobs Values by the names of flags; 0 or "" omits an optional one.
 * @param flags More flags, as on the command line.
 * @throws {InputError} naming the flag, or what is wrong with the module
 */
export async function trainConfig(
  knobs: Knobs,
  flags: readonly string[],
): Promise<RunConfig> {
  return await runOf(trainFlags.parse(readKnobs(notebookFlags, knobs, flags)));
}

/**
 * The run of flags; loads the module of `--model`.
 *
 * @throws {InputError} naming the flag, or what is wrong with the module
 */
export async function runOf(options: TrainOptions): Promise<RunConfig> {
  const file = ltxFileOf(options.vae);
  if (file === undefined) {
    return runConfigOf(options, await givenModel(options.model));
  }
  assertNoModel(options.model);
  return runConfigOf({ ...options, vae: file }, await ltxModel(file));
}

/**
 * The run of flags: presets and curriculum become plain numbers.
 *
 * @param own The module of `--model`, loaded.
 * @throws {InputError} naming a setting of `--set` that breaks its rule
 */
export function runConfigOf(options: TrainOptions, own?: OwnRun): RunConfig {
  const { preset, backbone, set, model: _, lora, loraAlpha, ...rest } = options;
  const { vae, text, backbone: denoiser, ...settings } = settingsOf(set);
  const { parts = {} } = own ?? {};
  const kinds = {
    optimiser: parts.optimiser ?? OPTIMISERS[rest.optimiser],
    schedule: parts.schedule ?? SCHEDULES[rest.schedule],
    loss: parts.loss,
    clips: parts.clips,
  };
  for (const [name, kind] of Object.entries(kinds)) {
    const part = name as keyof typeof kinds;
    checkedSettings(part, kind?.settings ?? z.strictObject({}), settings[part]);
  }
  if (loraAlpha !== undefined && lora === undefined) {
    throw new InputError(
      `Cannot use --lora-alpha ${loraAlpha}: it scales the adapters of --lora: ` +
        "give that too, or leave it out",
    );
  }
  const data = options.data.map(weightedPath);
  if (parts.clips && data.length > 0) {
    throw new InputError(
      `Cannot use --data with --model "${own!.reference.path}": the module ` +
        "brings clips of its own; leave one out",
    );
  }
  const isReal = data.length > 0 || parts.clips !== undefined;
  return {
    ...rest,
    data,
    ...(own && { own }),
    ...(lora !== undefined && { lora: loraConfigOf(lora, loraAlpha) }),
    fit: options.fit === undefined ? undefined : 1e9 * parseFloat(options.fit),
    crop: options.crop === undefined ? undefined : cropSizeOf(options.crop),
    world: parts.clips ? 0 : options.world ?? (isReal ? 0 : 1),
    exact: {
      size: options.size?.includes("x") ?? false,
      frames: options.frames !== undefined,
      fps: options.fps !== undefined,
    },
    name: own ? `${preset} with ${basename(own.reference.path)}` : preset,
    settings,
    models: ownModels(
      modelsOf({ preset, backbone }),
      { vae, text, backbone: denoiser },
      parts,
    ),
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
): ShippedConfig {
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

/** Models of a preset, or those of a module, with the settings that `--set` gives. */
function ownModels(
  { vae, text, backbone }: ShippedConfig,
  given: Pick<ReturnType<typeof settingsOf>, "vae" | "text" | "backbone">,
  parts: Parts,
): ModelConfig {
  return {
    vae: parts.vae
      ? ownVae(parts.vae, checkedSettings("vae", parts.vae.settings, given.vae))
      : checkedSettings("vae", vaeConfigSchema, given.vae, vae),
    text: parts.text
      ? ownText(
        parts.text,
        checkedSettings("text", parts.text.settings, given.text),
      )
      : checkedSettings("text", textConfigSchema, given.text, text),
    backbone: parts.backbone
      ? ownBackbone(
        parts.backbone,
        checkedSettings("backbone", parts.backbone.settings, given.backbone),
      )
      : checkedSettings(
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
