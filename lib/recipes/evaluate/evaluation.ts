import { Rng } from "../../core/mod.ts";
import type { ClipShape } from "../../dataset/batches/mod.ts";
import { Sprites } from "../../dataset/synthetic/mod.ts";
import type { Phase } from "../../dataset/vocabulary/mod.ts";
import {
  type DistributionDistance,
  distributionDistance,
  type FeatureNetwork,
  psnr,
  type Scores,
  ssim,
  type TemporalQuality,
} from "../../evaluation/mod.ts";
import { HELD_OUT_SIGMAS } from "../../trainer/mod.ts";
import { Examiner, type ExaminerWork, films, type Sample } from "./examiner.ts";
import type { EvaluatedModel } from "./model.ts";
import {
  type PromptCounts,
  type PromptResults,
  promptResults,
} from "./prompt_results.ts";
import { phaseQuestions, type Questions } from "./questions.ts";

/** What a model is worth. */
export interface Evaluation {
  readonly model: string;
  /** Weights and the way of drawing. */
  readonly identity: unknown;
  /** Phase that the model was trained up to. */
  readonly trainedPhase: Phase;
  readonly shape: ClipShape;
  readonly seed: number;
  readonly phases: readonly PhaseResult[];
  /** Null if it was not asked for. */
  readonly prompts: PromptResults | null;
  /** Clips that were drawn for all this, and seconds of drawing alone. */
  readonly drawn: { readonly clips: number; readonly seconds: number };
}

/** Held-out clips of one phase of the world. */
export interface PhaseResult {
  readonly phase: Phase;
  /** Real clips through the VAE. */
  readonly reconstruction: {
    /** Decibels, and SSIM: means over the clips. */
    readonly psnr: number;
    readonly ssim: number;
    readonly clips: number;
  };
  readonly heldOutLoss: {
    readonly mean: number;
    /** By noise level. */
    readonly sigmas: Readonly<Record<string, number>>;
    readonly clips: number;
  };
  /** FWD, and FVD if it was asked for: clips that captions drew and real ones. */
  readonly distances: readonly DistributionDistance[];
  readonly adherence: { readonly generated: Scores; readonly real: Scores };
  readonly temporal: {
    readonly generated: TemporalQuality;
    readonly real: TemporalQuality;
  };
}

/** How a model is evaluated. */
export interface EvaluationWork extends ExaminerWork {
  readonly i3d?: FeatureNetwork;
  readonly phases: readonly Phase[];
  /** Clips that are drawn in each phase. */
  readonly clips: number;
  /** Clips of each phase that go through the VAE and are measured by loss. */
  readonly heldOut: number;
  /** Clips of prompts of other kinds; none of them if absent. */
  readonly prompts?: PromptCounts;
}

/** Clips of each phase that are kept, to be seen. */
const SAMPLES = 3;
/** Clips that go through the VAE at a time. */
const AT_ONCE = 8;

/**
 * Measures a model against held-out takes of the world, one set of prompts
 * after the other. What is found of each set is kept; the same evaluation again
 * costs next to nothing, and one that was stopped goes on.
 *
 * @throws {StoppedError} if the signal asked for it
 */
export async function evaluateModel(
  model: EvaluatedModel,
  work: EvaluationWork,
): Promise<{ evaluation: Evaluation; samples: Sample[] }> {
  const { world3d, i3d, seed, phases, clips: count } = work;
  const { frames, size, fps } = world3d.config;
  const shape = { frames, height: size, width: size, fps };
  const sprites = new Sprites();
  const examiner = new Examiner(model, work, shape);
  const samples: Sample[] = [];
  const results: PhaseResult[] = [];
  for (const phase of phases) {
    const questions = phaseQuestions({ phase, seed, count }, sprites);
    const lookers = { world3d, distances: [world3d, ...(i3d ? [i3d] : [])] };
    const label = `phase ${phase}`;
    const real = await examiner.real(questions, lookers, label);
    const drawn = await examiner.drawn(questions, lookers, label);
    const rng = new Rng(seed).fork(label);
    results.push({
      phase,
      ...await heldOutResult(model, {
        ...questions,
        count: Math.max(1, work.heldOut),
      }, shape),
      distances: drawn.features.map((features, i) =>
        distributionDistance(features, real.features[i]!, rng.fork("distance"))
      ),
      adherence: {
        generated: drawn.adherence.all!,
        real: real.adherence.all!,
      },
      temporal: { generated: drawn.temporal, real: real.temporal },
    });
    samples.push(...await examiner.samples(questions, SAMPLES, label));
  }
  const prompts = work.prompts
    ? await promptResults(examiner, work.prompts, seed, sprites)
    : null;
  return {
    samples,
    evaluation: {
      model: model.name,
      identity: model.identity,
      trainedPhase: model.phase,
      shape,
      seed,
      phases: results,
      prompts,
      drawn: examiner.spent,
    },
  };
}

/** Real clips through the VAE, and the loss of the model on them. */
async function heldOutResult(
  model: EvaluatedModel,
  questions: Questions,
  shape: ClipShape,
): Promise<Pick<PhaseResult, "reconstruction" | "heldOutLoss">> {
  const { count } = questions;
  const sums = { psnr: 0, ssim: 0 };
  const captioned = [];
  for (let from = 0; from < count; from += AT_ONCE) {
    const to = Math.min(count, from + AT_ONCE);
    const clips = await films(questions, from, to, shape);
    const through = await model.reconstruct(clips);
    for (const [i, clip] of clips.entries()) {
      sums.psnr += psnr(through[i]!, clip) / count;
      sums.ssim += ssim(through[i]!, clip) / count;
      const { prompt } = await questions.at(from + i);
      captioned.push({ clip, caption: prompt });
    }
  }
  const losses = await model.heldOutLoss(captioned);
  return {
    reconstruction: { ...sums, clips: count },
    heldOutLoss: {
      mean: losses.reduce((a, b) => a + b, 0) / losses.length,
      sigmas: Object.fromEntries(
        HELD_OUT_SIGMAS.map((sigma, i) => [sigma, losses[i]!]),
      ),
      clips: count,
    },
  };
}
