import { type Clip, Rng } from "../../core/mod.ts";
import {
  type DistributionDistance,
  distributionDistance,
  psnr,
  type Scores,
  ssim,
  sumOfScores,
  type TemporalQuality,
} from "../../evaluation/mod.ts";
import type { ClipGenerator } from "./generator.ts";
import { lookAt, type Lookers } from "./look.ts";
import { realLooks } from "./reference.ts";
import type { WorldQuestions } from "./questions.ts";

/** What a generator's clips are worth. */
export interface Evaluation {
  readonly generator: string;
  /** Of the generator's weights. */
  readonly digest: string;
  /** Phase of the world that was asked about. */
  readonly phase: number;
  /** FWD, and FVD if it was asked for. */
  readonly distances: readonly DistributionDistance[];
  /** Right answers by language. */
  readonly adherence: Readonly<Record<string, Scores>>;
  /** The same of all languages together. */
  readonly all: Scores;
  /** Those of real clips of the same takes. */
  readonly ceiling: Scores;
  readonly temporal: {
    readonly generated: TemporalQuality;
    readonly real: TemporalQuality;
  };
  /** Real clips through the VAE. */
  readonly reconstruction: {
    readonly psnr: number;
    readonly ssim: number;
    readonly clips: number;
  };
  /** Seconds of drawing alone. */
  readonly drawingSeconds: number;
  readonly seconds: number;
}

/** A real clip and the one that its caption drew. */
export interface Sample {
  readonly prompt: string;
  readonly language: string;
  readonly real: Clip;
  readonly generated: Clip;
}

/** How a generator is evaluated. */
export interface EvaluationWork {
  readonly questions: WorldQuestions;
  readonly lookers: Lookers;
  /** Clips that are drawn. */
  readonly clips: number;
  /** Folder of what is known of real clips. */
  readonly cache: string;
  readonly progress: Parameters<typeof lookAt>[4]["progress"];
  readonly signal: AbortSignal;
  /** Milliseconds of a steady clock. */
  readonly clock: () => number;
}

/** Clips that are kept, to be seen. */
const SAMPLES = 8;
/** Clips that go through the VAE. */
const RECONSTRUCTED = 64;
/** At a time. */
const BATCH = 8;

/**
 * Asks a generator for the clips of held-out takes and measures them against
 * the real ones: distance of the sets, adherence to the prompts, movement, and
 * what the VAE loses.
 *
 * @throws {StoppedError} if the signal asked for it
 */
export async function evaluateGenerator(
  generator: ClipGenerator,
  { questions, lookers, clips: count, cache, clock, ...work }: EvaluationWork,
): Promise<{ evaluation: Evaluation; samples: Sample[] }> {
  const begun = clock();
  const { frames, size, fps } = lookers.world3d.config;
  const shape = { frames, height: size, width: size, fps };
  const real = await realLooks(questions, count, lookers, work, cache);
  const rng = new Rng(questions.seed).fork("evaluation");
  const samples: Sample[] = [];
  let drawing = 0;
  const generated = await lookAt(
    questions,
    count,
    async (from, to) => {
      const asked = [];
      for (let i = from; i < to; i++) asked.push(await questions.at(i));
      const before = clock();
      const clips = await generator.generate(
        asked.map(({ prompt }) => prompt),
        rng.fork(`clips ${from}`),
      );
      drawing += clock() - before;
      for (const [i, { prompt, language }] of asked.entries()) {
        if (samples.length === SAMPLES) break;
        samples.push({
          prompt,
          language,
          real: await questions.film(from + i, shape),
          generated: clips[i]!,
        });
      }
      return clips;
    },
    lookers,
    { ...work, label: `clips of ${generator.name}` },
  );
  const reconstruction = await reconstructionOf(
    generator,
    Math.min(count, RECONSTRUCTED),
    (index) => questions.film(index, shape),
  );
  return {
    samples,
    evaluation: {
      generator: generator.name,
      digest: generator.digest,
      phase: questions.phase,
      distances: generated.features.map((features, i) =>
        distributionDistance(features, real.features[i]!, rng.fork("distance"))
      ),
      adherence: generated.adherence,
      all: sumOfScores(Object.values(generated.adherence)),
      ceiling: sumOfScores(Object.values(real.adherence)),
      temporal: { generated: generated.temporal, real: real.temporal },
      reconstruction,
      drawingSeconds: drawing / 1000,
      seconds: (clock() - begun) / 1000,
    },
  };
}

async function reconstructionOf(
  generator: ClipGenerator,
  count: number,
  film: (index: number) => Promise<Clip>,
): Promise<Evaluation["reconstruction"]> {
  const sums = { psnr: 0, ssim: 0 };
  for (let from = 0; from < count; from += BATCH) {
    const clips = await Promise.all(
      Array.from(
        { length: Math.min(BATCH, count - from) },
        (_, i) => film(from + i),
      ),
    );
    const through = await generator.reconstruct(clips);
    for (const [i, clip] of clips.entries()) {
      sums.psnr += psnr(through[i]!, clip) / count;
      sums.ssim += ssim(through[i]!, clip) / count;
    }
  }
  return { ...sums, clips: count };
}
