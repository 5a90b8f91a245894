import { disposeState, uploadState } from "../../compiler/mod.ts";
import { type Clip, Rng, unstackArrays } from "../../core/mod.ts";
import { psnr } from "../../evaluation/mod.ts";
import { latentStatistics, normaliseLatent } from "../../models/vae/mod.ts";
import { openCodec, pipelineOf } from "../../pipeline/mod.ts";
import { countParameters } from "../../trainer/mod.ts";
import { StoppedError } from "../../core/mod.ts";
import type { CaptionedClip } from "./clips.ts";
import {
  type CaptionedLatent,
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

  const state = await uploadState(device, diffusion.parameters);
  using held = new DisposableStack();
  held.defer(() => disposeState(state));
  const pipeline = held.use(pipelineOf(device, {
    config: plan.models,
    codec,
    statistics,
    diffusion: state,
  }));
  const noise = new Rng(plan.seed).fork("sample").normals([
    1,
    ...captioned[0]!.latent.shape,
  ]);
  const draw = async (caption: string): Promise<Clip> => {
    try {
      const [clip] = await pipeline.generate({
        ...plan.clip,
        ...plan.sampling,
        sampler: "euler",
        shift: 1, // as in training
        prompts: [caption],
        seed: plan.seed,
        noise,
        progress,
        signal,
      });
      return clip!;
    } catch (error) {
      if (!signal.aborted) throw error;
      throw new StoppedError("Drawing was stopped; the training is saved");
    }
  };
  const otherCaption = others[0]?.caption ?? "";
  const [reconstruction] = await pipeline.reconstruct([subject.clip]);
  const [decodedNoise] = await pipeline.decode(noise, subject.clip.fps);
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
    noisePsnr: psnr(decodedNoise!, subject.clip),
    parameters: {
      vae: countParameters(vae.parameters),
      diffusion: countParameters(diffusion.parameters),
    },
    seconds: { vae: vae.seconds, diffusion: diffusion.seconds },
  };
}
