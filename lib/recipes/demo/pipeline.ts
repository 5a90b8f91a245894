import { type Clip, type NdArray, Rng } from "../../core/mod.ts";
import { psnr } from "../../evaluation/mod.ts";
import {
  denormaliseLatent,
  latentStatistics,
  normaliseLatent,
} from "../../models/vae/mod.ts";
import { countParameters, StoppedError } from "../../trainer/mod.ts";
import { openCodec, openSampler } from "../../pipeline/mod.ts";
import { stackArrays, unstackArrays } from "../../core/mod.ts";
import type { CaptionedClip } from "./clips.ts";
import {
  type CaptionedLatent,
  positionsOf,
  type StageContext,
  trainDiffusion,
  trainVae,
} from "./stages.ts";

/** What a demo run found. */
export interface DemoResult {
  /** The clip through the VAE. */
  readonly reconstruction: Clip;
  /** Drawn from noise with the clip's caption. */
  readonly sample: Clip;
  /** Drawn from the same noise with the caption of another clip. */
  readonly otherSample: Clip;
  /** The caption of that one. */
  readonly otherCaption: string;
  /** Decibels against the clip. */
  readonly vaePsnr: number;
  readonly samplePsnr: number;
  readonly otherCaptionPsnr: number;
  /** The noise itself, decoded: what a backbone that has learnt nothing draws. */
  readonly noisePsnr: number;
  readonly parameters: { readonly vae: number; readonly diffusion: number };
  /** Seconds of training, over all runs. */
  readonly seconds: { readonly vae: number; readonly diffusion: number };
}

/**
 * The whole way once, with one clip: train a VAE, code the clips, train text
 * encoder and backbone on the latents, draw the clip from noise.
 *
 * @throws {StoppedError} if the signal asked for it, after saving
 */
export async function runDemo(
  context: StageContext,
  subject: CaptionedClip,
  others: readonly CaptionedClip[],
): Promise<DemoResult> {
  const { plan, device, progress, signal } = context;
  const vae = await trainVae(
    context,
    subject.clip,
    others.map(({ clip }) => clip),
  );
  using codec = await openCodec(device, vae.parameters, plan.models.vae);
  const all = [subject, ...others];
  const latents = unstackArrays(
    await codec.encode(all.map(({ clip }) => clip)),
  );
  const statistics = latentStatistics(latents);
  const captioned = all.map(({ caption }, i): CaptionedLatent => ({
    latent: normaliseLatent(latents[i]!, statistics),
    caption,
  }));
  const diffusion = await trainDiffusion(
    context,
    captioned as [CaptionedLatent, ...CaptionedLatent[]],
  );

  using sampler = await openSampler(device, diffusion.parameters, plan.models);
  const noise = new Rng(plan.seed).fork("sample").normals([
    1,
    ...captioned[0]!.latent.shape,
  ]);
  const clipOf = async (latent: NdArray<"float32">): Promise<Clip> => {
    const [clip] = await codec.decode(
      denormaliseLatent(latent, statistics),
      subject.clip.fps,
    );
    return clip!;
  };
  const draw = async (caption: string): Promise<Clip> => {
    using task = progress.start({
      label: "sample",
      total: plan.sampling.steps,
      unit: "steps",
    });
    const latent = await sampler.sample({
      ...plan.sampling,
      prompts: [caption],
      noise,
      positions: positionsOf(plan),
      onStep(done) {
        task.update(done);
        if (signal.aborted) {
          throw new StoppedError("Drawing was stopped; the training is saved");
        }
      },
    });
    return await clipOf(latent);
  };
  const otherCaption = others[0]?.caption ?? "";
  const [reconstruction] = await codec.decode(
    stackArrays([latents[0]!]),
    subject.clip.fps,
  );
  const sample = await draw(subject.caption);
  const otherSample = await draw(otherCaption);
  return {
    reconstruction: reconstruction!,
    sample,
    otherSample,
    otherCaption,
    vaePsnr: psnr(reconstruction!, subject.clip),
    samplePsnr: psnr(sample, subject.clip),
    otherCaptionPsnr: psnr(otherSample, subject.clip),
    noisePsnr: psnr(await clipOf(noise), subject.clip),
    parameters: {
      vae: countParameters(vae.parameters),
      diffusion: countParameters(diffusion.parameters),
    },
    seconds: { vae: vae.seconds, diffusion: diffusion.seconds },
  };
}
