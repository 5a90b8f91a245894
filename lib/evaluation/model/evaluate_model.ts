import { Rng } from "../../core/mod.ts";
import type { ClipShape } from "../../dataset/batches/mod.ts";
import { Sprites } from "../../dataset/synthetic/mod.ts";
import type { Phase } from "../../dataset/vocabulary/mod.ts";
import { fromFirstRank } from "../../ranks/mod.ts";
import type { Scores } from "../adherence/mod.ts";
import {
  deviationOf,
  type DistributionDistance,
  distributionDistance,
  meanOf,
} from "../distribution/mod.ts";
import type { FeatureNetwork } from "../feature_network.ts";
import { psnr } from "../psnr.ts";
import { type SeamMotion, seamMotion, seamMotionOf } from "../seam_motion.ts";
import { ssim } from "../ssim.ts";
import type { TemporalQuality } from "../temporal_quality.ts";
import {
  type EvaluatedModel,
  Evaluator,
  type EvaluatorHost,
  type Sample,
} from "./evaluator.ts";
import {
  meanLoss,
  type PromptCounts,
  type PromptResults,
  promptResults,
} from "./prompt_results.ts";
import { phasePrompts, type PromptSet, realClips } from "./prompt_set.ts";

/** Evaluation of a model; plain data. */
export interface Evaluation {
  readonly model: string;
  /** Weights and the sampler's settings. */
  readonly identity: unknown;
  /** Phase that the model was trained up to. */
  readonly trainedPhase: Phase;
  readonly shape: ClipShape;
  readonly seed: number;
  readonly phases: readonly PhaseResult[];
  /** Null if no counts were given. */
  readonly prompts: PromptResults | null;
  /** Clips that were generated, and seconds of generating alone. */
  readonly generated: { readonly clips: number; readonly seconds: number };
}

/** Scores of the generated clips of one phase, beside those of the real clips. */
export interface Compared<T> {
  readonly generated: T;
  readonly real: T;
}

/** Evaluation on held-out clips of one phase of the world. */
export interface PhaseResult {
  readonly phase: Phase;
  /** Real clips through the VAE. */
  readonly reconstruction: {
    /** Decibels, mean over the clips that the VAE changes; null where it changes none. */
    readonly psnr: number | null;
    /** Standard error of the mean; 0 where there is none. */
    readonly psnrError: number;
    /** Mean over the clips. */
    readonly ssim: number;
    /** Motion across the seams of latent frames. */
    readonly seams: SeamMotion;
    readonly clips: number;
  };
  readonly heldOutLoss: {
    readonly mean: number;
    readonly bySigma: Readonly<Record<string, number>>;
    readonly clips: number;
  };
  /** Of generated from real clips: FWD, and FVD with I3D. */
  readonly distances: readonly DistributionDistance[];
  readonly adherence: Compared<Scores>;
  readonly temporal: Compared<TemporalQuality>;
  /** Motion across the seams of latent frames. */
  readonly seams: Compared<SeamMotion>;
}

/** How a model is evaluated. */
export interface EvaluationWork extends EvaluatorHost {
  readonly i3d?: FeatureNetwork;
  readonly phases: readonly Phase[];
  /** Clips to generate in each phase. */
  readonly clips: number;
  /** Clips of each phase that go through the VAE and are measured by loss. */
  readonly heldOut: number;
  /** Prompts of single subjects; none if absent. */
  readonly prompts?: PromptCounts;
}

/** Clips of each phase that are kept for the report. */
const SAMPLES = 3;
/** Clips that go through the VAE at a time. */
const BATCH = 8;

/**
 * Evaluates a model on held-out scenes of the world, a prompt set after the
 * other. The scores of each set are cached, so that an evaluation that was
 * stopped goes on, and the same evaluation again takes seconds. Several ranks
 * share the clips of each set, with the result of one; samples has the first.
 *
 * @throws {StoppedError} if the signal is aborted
 */
export async function evaluateModel(
  model: EvaluatedModel,
  work: EvaluationWork,
): Promise<{ evaluation: Evaluation; samples: Sample[] }> {
  const { world3d, i3d, seed, phases, clips: count, heldOut } = work;
  const sprites = new Sprites();
  const evaluator = new Evaluator(model, work);
  const samples: Sample[] = [];
  const results: PhaseResult[] = [];
  for (const phase of phases) {
    const prompts = phasePrompts({ phase, seed, count }, sprites);
    const options = { distances: [world3d, ...(i3d ? [i3d] : [])] };
    const label = `phase ${phase}`;
    const real = await evaluator.real(prompts, label, options);
    const generated = await evaluator.generated(prompts, label, options);
    const rng = new Rng(seed).fork(label);
    results.push({
      phase,
      ...await fromFirstRank(evaluator.ranks, () =>
        heldOutResult(
          model,
          phasePrompts({ phase, seed, count: heldOut }, sprites),
          world3d.shape,
        )),
      distances: generated.features.map((features, i) =>
        distributionDistance(features, real.features[i]!, rng.fork("distance"))
      ),
      adherence: {
        generated: generated.adherence.all!,
        real: real.adherence.all!,
      },
      temporal: { generated: generated.temporal, real: real.temporal },
      seams: { generated: generated.seams, real: real.seams },
    });
    samples.push(...await evaluator.samples(prompts, SAMPLES, label));
  }
  const prompts = work.prompts
    ? await promptResults(evaluator, work.prompts, seed, sprites)
    : null;
  return {
    samples,
    evaluation: {
      model: model.name,
      identity: model.identity,
      trainedPhase: model.phase,
      shape: world3d.shape,
      seed,
      phases: results,
      prompts,
      generated: evaluator.generatedClips,
    },
  };
}

/** Real clips through the VAE, and the loss of the model on them. */
async function heldOutResult(
  model: EvaluatedModel,
  prompts: PromptSet,
  shape: ClipShape,
): Promise<Pick<PhaseResult, "reconstruction" | "heldOutLoss">> {
  const { count } = prompts;
  const decibels = [];
  let similarity = 0;
  const ratios = [];
  const captioned = [];
  for (let from = 0; from < count; from += BATCH) {
    const to = Math.min(count, from + BATCH);
    const clips = await realClips(prompts, from, to, shape);
    const through = await model.reconstruct(clips);
    for (const [i, clip] of clips.entries()) {
      const value = psnr(through[i]!, clip);
      if (Number.isFinite(value)) decibels.push(value); // not of equal clips
      similarity += ssim(through[i]!, clip) / count;
      ratios.push(seamMotion(through[i]!, model.latentFrames));
      const { prompt } = await prompts.at(from + i);
      captioned.push({ clip, caption: prompt });
    }
  }
  const losses = await model.heldOutLoss(captioned);
  return {
    reconstruction: {
      psnr: decibels.length > 0 ? meanOf(decibels) : null,
      psnrError: decibels.length > 1
        ? deviationOf(decibels) / Math.sqrt(decibels.length)
        : 0,
      ssim: similarity,
      seams: seamMotionOf(ratios),
      clips: count,
    },
    heldOutLoss: {
      mean: meanLoss(losses),
      bySigma: Object.fromEntries(losses),
      clips: count,
    },
  };
}
