import { InputError, Rng, zeros } from "../../core/mod.ts";
import {
  type BackboneParameters,
  initContextMlp,
  widenBackboneLatent,
} from "../../models/backbone/mod.ts";
import type { TextParameters } from "../../models/text/mod.ts";
import {
  type DiffusionParameters,
  isOwn,
} from "../../models/text_to_video/mod.ts";
import { type VaeParameters, widenLatent } from "../../models/vae/mod.ts";
import {
  checkConfig,
  readTrainedModels,
  readVae,
  VAE_FILE,
} from "../../pipeline/mod.ts";
import type { RunConfig } from "./config.ts";

/** Parameters to start from, and the digest of their file. */
export interface Pretrained<P> {
  readonly parameters: P;
  readonly digest: string;
}

/**
 * The VAE in the folder of `--finetune`, widened where the latents of the run
 * have more channels; undefined without `--finetune`.
 *
 * @param rng For the new channels.
 * @throws {InputError} if the file is missing, if another field differs, or with
 *   `--freeze-encoder`
 */
export async function pretrainedVae(
  { finetune, freezeEncoder, models, own }: Pick<
    RunConfig,
    "finetune" | "freezeEncoder" | "models" | "own"
  >,
  rng: Rng,
): Promise<Pretrained<VaeParameters> | undefined> {
  if (finetune === undefined) return undefined;
  if (freezeEncoder !== undefined) {
    throw new InputError(
      "Cannot finetune a VAE: it must start from --finetune or from " +
        `--freeze-encoder, not both: current values are "${finetune}" and ` +
        `"${freezeEncoder}"; leave one out`,
    );
  }
  const path = `${finetune}/${VAE_FILE}`;
  const { config, tensors: { parameters }, digest } = await readVae(path, {
    model: own,
  });
  if (isOwn(config) || isOwn(models.vae)) {
    checkConfig(path, config, models.vae);
    return { digest, parameters };
  }
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
 * The text encoder in the folder of `--finetune`; undefined without the flag.
 *
 * @throws {InputError} if the file is missing or its configuration differs
 */
export async function pretrainedText(
  { finetune, models: { text }, own }: Pick<
    RunConfig,
    "finetune" | "models" | "own"
  >,
): Promise<Pretrained<TextParameters> | undefined> {
  if (finetune === undefined) return undefined;
  const { config, diffusion, digests } = await readTrainedModels(
    finetune,
    { model: own },
  );
  checkConfig(finetune, { text: config.text }, { text });
  return { parameters: diffusion.text, digest: digests.diffusion };
}

/**
 * Text encoder and backbone in the folder of `--finetune`, widened where the
 * latents of the run have more channels; undefined without the flag.
 *
 * @throws {InputError} if a file is missing or another field differs
 */
export async function pretrainedDiffusion(
  { finetune, models, seed, own }: Pick<
    RunConfig,
    "finetune" | "models" | "seed" | "own"
  >,
): Promise<Pretrained<DiffusionParameters> | undefined> {
  if (finetune === undefined) return undefined;
  const given = await readTrainedModels(finetune, { model: own });
  const { text, backbone } = given.config;
  if (isOwn(backbone) || isOwn(models.backbone)) {
    checkConfig(finetune, { text, backbone }, {
      text: models.text,
      backbone: models.backbone,
    });
    return { digest: given.digests.diffusion, parameters: given.diffusion };
  }
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
    ...widenBackboneLatent(
      given.diffusion.backbone,
      latentChannels,
      backbone.patch,
    ),
    ...(isNewMlp && {
      promptMlp: initContextMlp(
        models.backbone,
        models.text,
        new Rng(seed),
      ),
    }),
  };
  return {
    digest: given.digests.diffusion,
    parameters: {
      ...given.diffusion,
      backbone: backbone.prediction === prediction
        ? wide
        // The output layer predicted another quantity: it starts at zero.
        : withoutOutput(wide),
    },
  };
}

/**
 * Text encoder and backbone in the folder of `--finetune` as they are, for
 * adapters of them.
 *
 * @throws {InputError} if a file is missing or a field differs
 */
export async function frozenDiffusion(
  { finetune, models, own }: Pick<RunConfig, "finetune" | "models" | "own">,
): Promise<Pretrained<DiffusionParameters>> {
  const given = await readTrainedModels(finetune!, { model: own });
  const { text, backbone, vae: { latentChannels } } = given.config;
  checkConfig(finetune!, { latentChannels, text, backbone }, {
    latentChannels: models.vae.latentChannels,
    text: models.text,
    backbone: models.backbone,
  });
  return { digest: given.digests.diffusion, parameters: given.diffusion };
}

/** A backbone whose last layer starts at zero. */
function withoutOutput(backbone: BackboneParameters): BackboneParameters {
  const { cells } = backbone;
  const { output } = cells ?? backbone;
  const fresh = {
    output: {
      weight: zeros(output.weight.shape),
      bias: zeros(output.bias.shape),
    },
  };
  return cells
    ? { ...backbone, cells: { ...cells, ...fresh } }
    : { ...backbone, ...fresh };
}

/** Channels may be added; leaving some out would discard training. */
function assertNoFewer(path: string, given: number, wanted: number): void {
  if (wanted >= given) return;
  throw new InputError(
    `Cannot use "${path}": the latents must have ${given} channels or more: ` +
      `current value is ${wanted}; choose the preset of the weights`,
  );
}
