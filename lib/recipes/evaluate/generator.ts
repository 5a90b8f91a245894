import type { Device } from "../../compiler/mod.ts";
import { type Clip, InputError, Rng } from "../../core/mod.ts";
import type { ClipShape } from "../../dataset/batches/mod.ts";
import { PHASES } from "../../dataset/vocabulary/mod.ts";
import { readSafetensorsHeader } from "../../formats/safetensors/mod.ts";
import {
  backboneConfigSchema,
  initBackbone,
  tokenPositions,
} from "../../models/backbone/mod.ts";
import { initText, textConfigSchema } from "../../models/text/mod.ts";
import {
  denormaliseLatent,
  latentSizeOf,
  strideOf,
  vaeConfigSchema,
} from "../../models/vae/mod.ts";
import {
  type DiffusionParameters,
  loadWeights,
  openCodec,
  openSampler,
  type WeightsFacts,
} from "../../trainer/mod.ts";
import { loadVae, shown } from "../train/vae.ts";

/** How clips are drawn. */
export interface DrawOptions {
  readonly steps: number;
  readonly guidance: number;
}

/** Something that draws clips from prompts. */
export interface ClipGenerator extends Disposable {
  /** For people: `runs/nano, phase 3`. */
  readonly name: string;
  /** Phase that it was trained up to. */
  readonly phase: number;
  /** Names the weights. */
  readonly digest: string;
  /** Draws one clip for each prompt; the same generator, the same clips. */
  generate(prompts: readonly string[], rng: Rng): Promise<Clip[]>;
  /** Clips through the VAE and back. */
  reconstruct(clips: readonly Clip[]): Promise<Clip[]>;
}

/**
 * The weights of the phases of a training run, the first phase first.
 *
 * @param path A run folder, or one of its `phase*.safetensors`.
 * @throws {InputError} if there is no such run, or no phase of it is done
 */
export async function phaseWeightsOf(path: string): Promise<string[]> {
  const found = await Deno.stat(path).catch(() => undefined);
  if (found?.isFile) return [path];
  if (!found) {
    throw new InputError(
      `Cannot evaluate "${path}": it must be the folder of a training run: ` +
        `there is none; check the path`,
    );
  }
  const paths = [];
  for (const phase of PHASES) {
    const weights = `${path}/phase${phase}.safetensors`;
    if (await Deno.stat(weights).catch(() => undefined)) paths.push(weights);
  }
  if (paths.length > 0) return paths;
  throw new InputError(
    `Cannot evaluate "${path}": a phase of its training must be done: there ` +
      `is no phase1.safetensors; run deno task phase1 --run ${path} first`,
  );
}

/**
 * Opens what a training run left: text encoder, backbone and VAE.
 *
 * @param path `phase*.safetensors`, with `vae.safetensors` beside it.
 * @param shape Of the clips that are drawn.
 * @throws {InputError} if a file is missing, damaged, or the VAE is not the
 *   one that the phase was trained with
 */
export async function openGenerator(
  path: string,
  shape: ClipShape,
  { steps, guidance }: DrawOptions,
  device: Device,
): Promise<ClipGenerator> {
  const vaePath = path.replace(/[^/\\]*$/, "vae.safetensors");
  const facts = await factsOf(path, "Diffusion");
  const vaeFacts = await factsOf(vaePath, "VideoVAE");
  const vaeConfig = vaeConfigSchema.parse(vaeFacts.config);
  const { text, backbone, vae } = facts.config as Record<string, unknown>;
  const models = {
    vae: vaeConfig,
    text: textConfigSchema.parse(text),
    backbone: backboneConfigSchema.parse(backbone),
  };
  const loadedVae = await loadVae(vaePath, vaeConfig);
  if (loadedVae.digest !== vae) {
    throw new InputError(
      `Cannot evaluate "${path}": "${vaePath}" must be the VAE that it was ` +
        `trained with: its digest is another one; train the phase again`,
    );
  }
  const form: DiffusionParameters = {
    text: initText(models.text, new Rng(0)),
    backbone: initBackbone(models.backbone, {
      latentChannels: vaeConfig.latentChannels,
      text: models.text,
    }, new Rng(0)),
  };
  const diffusion = await loadWeights(path, {
    kind: "Diffusion",
    config: facts.config,
    form,
  });
  const { statistics, parameters } = loadedVae.tensors;
  const grid = latentSizeOf(models.vae, shape);
  const positions = tokenPositions(
    grid,
    strideOf(models.vae),
    shape.fps,
    models.backbone.width / models.backbone.heads,
  );
  const codec = await openCodec(device, parameters, models.vae);
  const sampler = await openSampler(device, diffusion.tensors, models);
  return {
    name: `${path.replace(/[/\\][^/\\]*$/, "")}, ${facts.stage}`,
    phase: Number(/\d+/.exec(facts.stage)?.[0] ?? 1),
    digest: diffusion.digest,
    async generate(prompts, rng) {
      const noise = rng.normals([
        prompts.length,
        grid.frames,
        grid.height,
        grid.width,
        models.vae.latentChannels,
      ]);
      const latents = await sampler.sample({
        prompts,
        noise,
        positions,
        steps,
        guidance,
      });
      const clips = await codec.decode(
        denormaliseLatent(latents, statistics),
        shape.fps,
      );
      return clips.map(shown);
    },
    async reconstruct(clips) {
      const { fps } = shape;
      return (await codec.decode(await codec.encode(clips), fps)).map(shown);
    },
    [Symbol.dispose]() {
      codec[Symbol.dispose]();
      sampler[Symbol.dispose]();
    },
  };
}

async function factsOf(path: string, kind: string): Promise<WeightsFacts> {
  const { metadata } = await readSafetensorsHeader(path);
  if (metadata.kind === kind && metadata.facts) {
    return JSON.parse(metadata.facts) as WeightsFacts;
  }
  throw new InputError(
    `Cannot evaluate "${path}": it must hold weights of a ${kind}: it holds ` +
      `${metadata.kind ?? "something else"}; pass a run folder`,
  );
}
