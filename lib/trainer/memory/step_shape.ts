import { remat } from "../../compiler/mod.ts";
import { isNdArray, mapTree, type Rng, zeros } from "../../core/mod.ts";
import type { BatchLoss } from "../loop/train_step.ts";
import { loraLoss } from "../stages/phase_parameters.ts";
import { clipShapeOf, type StagePlan } from "../stages/stage_plan.ts";
import { diffusionTrainingLoss } from "../stages/diffusion_loss.ts";
import { initClassifiers, textTrainingLoss } from "../stages/text_loss.ts";
import { captionConfigOf, QUESTIONS } from "../stages/text_questions.ts";
import { anyVaeLoss } from "../stages/vae_loss.ts";
import { initLora, type LoraConfig } from "../../models/lora/mod.ts";
import { metaInit } from "../../models/layers/mod.ts";
import type { TextConfig } from "../../models/text/mod.ts";
import {
  initModels,
  type ModelConfig,
  modelFunctions,
  type OwnLoss,
  shippedText,
} from "../../models/text_to_video/mod.ts";
import type { PerceptualTerm } from "../../models/vae/mod.ts";
import type { Stage } from "../stages/stages.ts";

/** Shapes and loss of a training step. */
export interface StepShape {
  /** A tree of arrays. */
  readonly parameters: unknown;
  /** What the loss reads and training leaves unchanged, a tree of arrays. */
  readonly frozen?: unknown;
  /** A tree of types. */
  readonly batch: Readonly<Record<string, unknown>>;
  readonly lossOf: BatchLoss<never, never, unknown>;
}

/** Options of a step that change its memory. */
export interface StepOptions {
  /** Recomputes the blocks in the backward pass. */
  readonly recompute: boolean;
  /** A term of the VAE's loss, which takes memory. */
  readonly perceptual?: PerceptualTerm | undefined;
  /** Weight of another one, see `VaeTerms`. */
  readonly temporal?: number | undefined;
  /** A loss of text encoder and backbone in the place of that of rectified flow. */
  readonly own?: OwnLoss | undefined;
  /** Adapters that a phase trains in place of the models. */
  readonly lora?: LoraConfig | undefined;
}

/**
 * The training step of the VAE, on clips, of the text encoder, on captions, or of
 * a phase, on latents and prompts.
 *
 * @param rng Left out for shapes alone: arrays are then hollow.
 * @throws {InputError} naming the nearest legal size, if the strides do not divide the clip
 */
export function stepOf(
  models: ModelConfig,
  stage: Stage,
  plan: StagePlan,
  { recompute, perceptual, temporal, own, lora }: StepOptions,
  rng?: Rng,
): StepShape {
  const { batch } = plan;
  const blocks = recompute ? { remat } : {};
  const functions = modelFunctions(models, clipShapeOf(plan), batch);
  const { vae, ...diffusion } = rng
    ? initModels(models, rng)
    : shapesOf(models);
  const init = rng ?? metaInit();
  const latents = functions.vaeDecoder.inputs.latent;
  if (stage === "vae") {
    return {
      parameters: vae,
      batch: { clips: functions.vaeEncoder.inputs.clip, noise: latents },
      lossOf: anyVaeLoss(models.vae, { perceptual, temporal }, blocks),
    };
  }
  if (stage === "text") {
    const text = shippedText(models.text);
    return {
      ...textStepOf(text, batch, diffusion.text, init),
      lossOf: textTrainingLoss(text, blocks) as StepShape["lossOf"],
    };
  }
  const { words, positions } = functions.backbone.inputs as {
    words?: { ids: unknown; mask: unknown };
    positions: unknown;
  };
  const loss = diffusionTrainingLoss(models, { ...blocks, own });
  return {
    ...lora
      ? {
        parameters: initLora(diffusion, lora, init),
        frozen: diffusion,
        lossOf: loraLoss(loss, lora),
      }
      : { parameters: diffusion, lossOf: loss },
    batch: {
      latents,
      noise: latents,
      sigmas: { dtype: "float32", shape: [batch] },
      prompts: {
        ...functions.textEncoder.inputs,
        ...(words && { words: words.ids, wordMask: words.mask }),
      },
      positions,
    },
  };
}

const SHAPES = new WeakMap<ModelConfig, ReturnType<typeof initModels>>();

/**
 * The hollow parameters of models, made once for each configuration: gigabytes of
 * zeros for every setting that is estimated would keep the collector busy.
 */
function shapesOf(models: ModelConfig): ReturnType<typeof initModels> {
  const shapes = SHAPES.get(models) ?? hollow(initModels(models, metaInit()));
  SHAPES.set(models, shapes);
  return shapes;
}

/** Parameters and batch of the text encoder, with the questions of the synthetic world. */
function textStepOf(
  config: TextConfig,
  batch: number,
  text: unknown,
  rng: Rng,
): Omit<StepShape, "lossOf"> {
  const { maxCharacters: length } = captionConfigOf(config);
  const rows = { dtype: "int32", shape: [batch, length] } as const;
  const captions = {
    characters: rows,
    pairs: rows,
    triples: rows,
    terms: rows,
    mask: { dtype: "float32", shape: [batch, length] },
  } as const;
  const counts = Object.entries(QUESTIONS).map(([question, { answers }]) =>
    [question, answers.length] as const
  );
  const answers = Object.fromEntries(counts);
  return {
    parameters: {
      text,
      classifiers: initClassifiers(rng, config, answers),
    },
    batch: {
      first: captions,
      second: captions,
      same: { dtype: "float32", shape: [batch, batch] },
      answers: mapTree(
        answers,
        (leaf): leaf is number => typeof leaf === "number",
        (count) => ({ dtype: "float32", shape: [batch, count] }),
      ),
    },
  };
}

/** A tree of arrays as a tree of their types. */
export function typesOf(arrays: unknown): unknown {
  return mapTree(arrays, isNdArray, ({ dtype, shape }) => ({ dtype, shape }));
}

/** A tree of arrays without their values, so that copies take no memory. */
export function hollow<P>(arrays: P): P {
  return mapTree(arrays, isNdArray, ({ dtype, shape }) => ({
    ...zeros([0], dtype),
    shape,
  })) as P;
}
