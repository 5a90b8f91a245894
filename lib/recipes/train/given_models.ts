import {
  InputError,
  isNdArray,
  mapTree,
  type NdArray,
  Rng,
  zeros,
} from "../../core/mod.ts";
import {
  initContextMlp,
  widenBackboneLatent,
} from "../../models/backbone/mod.ts";
import type { TextParameters } from "../../models/text/mod.ts";
import { type VaeParameters, widenLatent } from "../../models/vae/mod.ts";
import { checkConfig } from "../../pipeline/mod.ts";
import { type DiffusionParameters } from "../../models/text_to_video/mod.ts";
import { readTrainedModels, readVae, VAE_FILE } from "../../pipeline/mod.ts";
import type { Run } from "./run.ts";

/** Parameters to train on, and the digest of the weights they were given as. */
export interface GivenParameters<P> {
  readonly parameters: P;
  readonly digest: string;
}

/**
 * The VAE that the run was given to train on, if it was; with more channels in
 * its latents where the run's have more.
 *
 * @throws {InputError} if there is none, it differs in anything else, or it is
 *   not the only one that was given
 */
export async function givenVae(
  { options: { finetune, freezeEncoder }, models }: Pick<
    Run,
    "options" | "models"
  >,
  rng: Rng,
): Promise<GivenParameters<VaeParameters> | undefined> {
  if (finetune === undefined) return undefined;
  if (freezeEncoder !== undefined) {
    throw new InputError(
      "Cannot train a VAE on: it must begin with the weights of --finetune or " +
        `with those of --freeze-encoder: current values are "${finetune}" and ` +
        `"${freezeEncoder}"; leave one out`,
    );
  }
  const path = `${finetune}/${VAE_FILE}`;
  const { config, tensors: { parameters }, digest } = await readVae(path);
  const { latentChannels } = models.vae;
  checkConfig(path, { ...config, latentChannels }, models.vae);
  assertNoFewer(path, config.latentChannels, latentChannels);
  return {
    digest,
    parameters: config.latentChannels === latentChannels
      ? parameters
      : widenLatent(parameters, models.vae, rng),
  };
}

/**
 * The text encoder that the run was given to train on, if it was.
 *
 * @throws {InputError} if there is none, or it is another model
 */
export async function givenText(
  { options: { finetune }, models: { text } }: Pick<Run, "options" | "models">,
): Promise<GivenParameters<TextParameters> | undefined> {
  if (finetune === undefined) return undefined;
  const { config, diffusion, digests } = await readTrainedModels(finetune);
  checkConfig(finetune, { text: config.text }, { text });
  return { parameters: diffusion.text, digest: digests.diffusion };
}

/**
 * Text encoder and backbone that the run was given to train on, if it was; for
 * latents of more channels than those they know where the VAE's have more.
 *
 * @throws {InputError} if there are none, or they differ in anything else
 */
export async function givenDiffusion(
  { options, models }: Pick<Run, "options" | "models">,
): Promise<GivenParameters<DiffusionParameters> | undefined> {
  const { finetune } = options;
  if (finetune === undefined) return undefined;
  const given = await readTrainedModels(finetune);
  const { text, backbone } = given.config;
  const { prediction, pooledContextTokens } = models.backbone;
  const isNewMlp = pooledContextTokens !== undefined &&
    backbone.pooledContextTokens === undefined;
  checkConfig(finetune, {
    text,
    backbone: {
      ...backbone,
      prediction,
      ...(isNewMlp && { pooledContextTokens }),
    },
  }, { text: models.text, backbone: models.backbone });
  const { latentChannels } = models.vae;
  assertNoFewer(finetune, given.config.vae.latentChannels, latentChannels);
  const wide = {
    ...widenBackboneLatent(given.diffusion.backbone, latentChannels),
    ...(isNewMlp && {
      promptMlp: initContextMlp(
        models.backbone,
        models.text,
        new Rng(options.seed),
      ),
    }),
  };
  return {
    digest: given.digests.diffusion,
    parameters: {
      ...given.diffusion,
      backbone: backbone.prediction === prediction
        ? wide
        // What the output layer said was another thing: it begins with nothing.
        : { ...wide, output: mapTree(wide.output, isNdArray, nothingLike) },
    },
  };
}

function nothingLike({ shape }: NdArray): NdArray {
  return zeros(shape);
}

/** Channels may be added; to leave some out would throw away what was learned. */
function assertNoFewer(path: string, given: number, wanted: number): void {
  if (wanted >= given) return;
  throw new InputError(
    `Cannot use "${path}": the latents must have ${given} channels or more: ` +
      `current value is ${wanted}; choose the preset that they were trained with`,
  );
}
