import { type Device, disposeState, uploadState } from "../../compiler/mod.ts";
import { type Clip, Rng, StoppedError, unstackArrays } from "../../core/mod.ts";
import type { CaptionedClip } from "../../dataset/batches/mod.ts";
import { clipPositions } from "../../models/text_to_video/mod.ts";
import {
  guidanceOf,
  openCodec,
  pipelineOf,
  samplerNameOf,
  type TrainedModels,
} from "../../pipeline/mod.ts";
import {
  batchShareOf,
  fromAllRanks,
  fromFirstRank,
  ONE_RANK,
} from "../../ranks/mod.ts";
import {
  type CaptionGain,
  captionGainOf,
  openHeldOutLoss,
} from "../../trainer/mod.ts";
import type { EvaluateHost } from "./evaluate.ts";
import type { EvaluateOptions } from "./options.ts";

/** Clips of a batch of the VAE. */
const BATCH = 8;

/** What a model makes of held-out clips and their captions. */
export interface Drawn {
  readonly reconstructed: readonly Clip[];
  readonly generated: readonly Clip[];
  readonly reading: CaptionGain;
}

/**
 * Sends held-out clips through the VAE, generates one for each caption, and
 * measures the held-out loss. Several ranks share the clips that are generated;
 * all of them are on each.
 *
 * @param real Of one shape, one or more.
 * @throws {StoppedError} if the signal is aborted
 */
export async function drawHeldOut(
  device: Device,
  models: TrainedModels,
  real: readonly CaptionedClip[],
  { seed, steps, rescale, batch, ...options }: EvaluateOptions,
  { progress, signal, ranks = ONE_RANK }: EvaluateHost,
): Promise<Drawn> {
  const { config, facts } = models;
  const guidance = guidanceOf(facts.diffusion, options.guidance);
  const sampler = samplerNameOf(facts.diffusion, options.sampler);
  using opened = new DisposableStack();
  const codec = opened.use(await openCodec(device, models.vae, config.vae));
  const diffusion = await uploadState(device, models.diffusion);
  opened.defer(() => disposeState(diffusion));
  const pipeline = opened.use(
    pipelineOf(device, { ...models, codec, diffusion }),
  );
  const { frames, height, width, fps } = real[0]!.clip;
  const shape = { frames, height, width, fps };
  const latents = [];
  const reconstructed: Clip[] = [];
  for (let i = 0; i < real.length; i += BATCH) {
    const clips = real.slice(i, i + BATCH).map(({ clip }) => clip);
    latents.push(...unstackArrays(await pipeline.encode(clips)));
    reconstructed.push(...await pipeline.reconstruct(clips));
  }
  const { first, end } = batchShareOf(ranks, real.length, batch);
  using task = progress.start({
    label: "generated clips",
    total: end - first,
    unit: "clips",
  });
  const own: Clip[] = [];
  for (let i = first; i < end; i += batch) {
    if (signal.aborted) throw new StoppedError("Evaluation was stopped");
    const prompts = real.slice(i, i + batch).map(({ caption }) => caption);
    own.push(
      ...await pipeline.generate({
        ...shape,
        ...{ prompts, steps, guidance, rescale, sampler },
        seed: new Rng(seed).fork(`clips from ${i}`).integer(2 ** 31),
      }),
    );
    task.update(own.length);
  }
  const generated = (await fromAllRanks(ranks, own)).flat();
  using loss = openHeldOutLoss(device, diffusion, config, {
    groups: [{
      clips: latents.map((latent, i) => ({
        latent,
        caption: real[i]!.caption,
      })),
      positions: clipPositions(config, shape),
    }],
    seed,
  });
  return {
    reconstructed,
    generated,
    reading: await fromFirstRank(
      ranks,
      async () =>
        captionGainOf(await loss.measure(), await loss.measureSwapped()),
    ),
  };
}
