import { ADAMW_DEFAULTS, type TrainingConfig } from "../../trainer/mod.ts";
import { type ShippedConfig } from "../../models/text_to_video/mod.ts";
import { type PresetName, PRESETS } from "../presets.ts";

/** All numbers of a demo run; a checkpoint of it can only be resumed with the same. */
export interface DemoPlan {
  readonly models: ShippedConfig;
  /** The clip: the sizes that the gate is defined for. */
  readonly clip: {
    readonly frames: number;
    readonly height: number;
    readonly width: number;
    readonly fps: number;
  };
  readonly seed: number;
  /** Other clips with other captions, so that captions come to mean something. */
  readonly others: number;
  readonly vae: TrainingConfig & {
    /** Weight of the divergence from the standard normal. */
    readonly beta: number;
    /** Share of steps that see the clip; the rest see one of the others. */
    readonly clipShare: number;
    /**
     * Weight of the others' loss. Without them a VAE may come to ignore its
     * latents, and draw a clip in which little moves from any; at full weight
     * each of them is a shock of large gradients, which costs 3 dB.
     */
    readonly othersWeight: number;
  };
  readonly diffusion: TrainingConfig & {
    readonly batch: number;
    /** Share of samples that are the clip. */
    readonly clipShare: number;
    /** Share of samples whose caption is dropped, for guidance. */
    readonly dropped: number;
  };
  readonly sampling: { readonly steps: number; readonly guidance: number };
  /** Decibels that must be reached. */
  readonly gate: { readonly vaePsnr: number; readonly samplePsnr: number };
}

/** Presets that are small enough for it. */
export type DemoPreset = Extract<PresetName, "tiny" | "nano">;

/** Steps of both trainings; tiny is for tests of the machinery. */
const STEPS: Readonly<Record<DemoPreset, { vae: number; diffusion: number }>> =
  {
    tiny: { vae: 6, diffusion: 6 },
    nano: { vae: 500, diffusion: 450 },
  };

/**
 * Models that learn one clip in minutes: few latent channels in cells as large as
 * a token, and no pooled context tokens. With those of the preset `nano` the VAE
 * keeps 45.8 dB of the clip, but after as many updates it is drawn with 17.8 dB
 * in place of 38.9.
 */
const MODELS: Readonly<Record<DemoPreset, ShippedConfig>> = {
  tiny: PRESETS.tiny,
  nano: {
    vae: {
      patch: 4,
      widths: [32, 96, 192],
      blocks: 1,
      latentChannels: 32,
      heads: 4,
      attentionWindow: 8,
      beta: { initial: 1e-4, min: 1e-6, max: 1 },
    },
    text: PRESETS.nano.text,
    backbone: {
      width: 192,
      heads: 6,
      attentionLayers: 4,
      cnnLayers: 2,
      cnnWidth: 64,
      textConditioning: "joint",
    },
  },
};

/** The plan of a demo run with models of a preset. */
export function demoPlan(preset: DemoPreset): DemoPlan {
  const steps = STEPS[preset];
  const training = (totalSteps: number, peak: number): TrainingConfig => ({
    schedule: {
      peak,
      warmupSteps: Math.round(totalSteps / 20),
      totalSteps,
      floor: peak / 100,
    },
    optimiser: ADAMW_DEFAULTS,
    clipNorm: 1,
  });
  return {
    models: MODELS[preset],
    clip: { frames: 16, height: 64, width: 64, fps: 8 },
    seed: 1,
    others: 3,
    vae: {
      ...training(steps.vae, 3e-3),
      beta: 1e-4,
      clipShare: 0.9,
      othersWeight: 0.03,
    },
    diffusion: {
      ...training(steps.diffusion, 2e-3),
      batch: 8,
      clipShare: 0.5,
      dropped: 0.1,
    },
    sampling: { steps: 30, guidance: 1.5 },
    gate: { vaePsnr: 30, samplePsnr: 25 },
  };
}
