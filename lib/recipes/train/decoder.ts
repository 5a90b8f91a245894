import {
  type Clip,
  float32,
  type NdArray,
  type Pose,
  Rng,
} from "../../core/mod.ts";
import {
  enlargementOf,
  initDecoder,
  knownPoses,
} from "../../models/decoder/mod.ts";
import {
  batchOfClips,
  clipShapeOf,
  decoderTrainingLoss,
  rememberedClips,
  saveWeights,
} from "../../trainer/mod.ts";
import { DECODER_FILE, DECODER_KIND, surroundingsOf } from "../generate/mod.ts";
import { DECODERS } from "../presets.ts";
import { decoderEvaluator } from "./decoder_evaluator.ts";
import { type DecoderSample, openGuesses } from "./decoder_guesses.ts";
import { type DecoderWork, keepModels } from "./decoder_work.ts";
import { planOf, trainingConfigOf } from "./plan.ts";
import type { Run } from "./run.ts";
import { captionedLatents } from "./samples.ts";
import { phaseClips } from "./sources.ts";
import { isDone, runStage } from "./stage.ts";

/** Noise levels that it is trained on, evenly, from none. */
const HIGHEST_LEVEL = 0.75;
/** Of clips that are kept in memory, and of what is behind their things: to draw one anew takes as long as to learn from it. */
const MOST_BYTES = 2 * 2 ** 30;
/** What it is trained on: the mix of all phases. */
const PHASE = 5;

/** Of whose frames those of one cell of the latent are decoded: no others matter to it. */
interface PartOfSample extends DecoderSample {
  /** Of the latent's frames, from 0. */
  readonly part: number;
  /** The clip without the one thing that it shows, if that can be told apart. */
  readonly behind: Clip;
  readonly poses: readonly Pose[] | undefined;
}

/**
 * Trains a prompted decoder for the trained models of a run, or of the folder
 * of `--finetune`, which are kept with the run; or goes on with it.
 */
export async function trainDecoderOf(
  run: Run,
  { models, given }: DecoderWork,
): Promise<void> {
  const { options, folder } = run;
  const plan = planOf(options, "decoder");
  const shape = clipShapeOf(plan);
  const rng = new Rng(options.seed).fork("decoder");
  const decoder = DECODERS[options.preset];
  const source = await phaseClips(options, PHASE, {
    split: "train",
    length: plan.samples,
    shape,
  });
  const config = {
    decoder,
    plan,
    maxSteps: options.maxSteps,
    seed: options.seed,
    data: source.name,
    languages: options.languages,
    heldOut: options.heldOut,
    evaluateEvery: options.evaluateEvery,
    optimiser: options.optimiser,
    diffusion: models.digests.diffusion,
    ...(given && { given: given.digest }),
  };
  const path = `${folder}/${DECODER_FILE}`;
  if (await isDone(run, "decoder", config, path)) return;
  await keepModels(run, models);
  using guesses = await openGuesses(run, models, shape);
  const latents = await guesses.latentsOf(source);
  const captioned = captionedLatents(source, latents, {
    seed: options.seed,
    rng,
  });
  const clipAt = rememberedClips(latents.clipAt, MOST_BYTES);
  const behindAt = rememberedClips(
    (index) => source.apartAt!(index, shape)!.behind(),
    MOST_BYTES,
  );
  const sampleAt = async (n: number): Promise<PartOfSample> => {
    const { index, latent, caption } = await captioned(n);
    const draw = rng.fork(`part ${n}`);
    const clip = await clipAt(index);
    const apart = source.apartAt?.(index, shape);
    return {
      clip,
      behind: apart ? await behindAt(index) : clip,
      poses: apart?.poses,
      latent,
      caption,
      part: draw.integer(latent.shape[0]!),
    };
  };
  using evaluator = await decoderEvaluator(run, guesses, {
    phase: PHASE,
    shape,
  });
  const trained = await runStage(run, "decoder", config, {
    config: trainingConfigOf("decoder", plan, options),
    initial: {
      ...initDecoder(
        decoder,
        surroundingsOf(models.config),
        rng.fork("initial"),
      ),
      ...given?.parameters,
    },
    lossOf: decoderTrainingLoss(decoder),
    async batchAt(index: number) {
      const samples: PartOfSample[] = [];
      for (let i = 0; i < plan.batch; i++) {
        samples.push(await sampleAt(index * plan.batch + i));
      }
      const draw = rng.fork(`noise ${index}`);
      const levels = samples.map(() => HIGHEST_LEVEL * draw.uniform());
      const { tokens, guess, text, seconds } = await guesses.of(
        samples,
        levels,
        draw,
      );
      const parts = samples.map(({ part }) => part);
      const count = guess.shape[1]!;
      const partsOfClips = (clips: readonly Clip[]) =>
        partsOf(batchOfClips(clips), { parts, count });
      return {
        clips: partsOfClips(samples.map(({ clip }) => clip)),
        behind: partsOfClips(samples.map(({ behind }) => behind)),
        guess: {
          tokens: partsOf(tokens, { parts, count }),
          guess: partsOf(guess, { parts, count }),
          text,
          seconds: partsOf(seconds, { parts, count }),
        },
        poses: partsOf(
          knownPoses(samples.map(({ poses }) => poses), {
            frames: shape.frames,
            cell: enlargementOf(decoder).space,
          }),
          { parts, count },
        ),
      };
    },
    evaluator,
  });
  await saveWeights(path, trained.state.averages!.long, {
    kind: DECODER_KIND,
    config: { decoder, diffusion: models.digests.diffusion },
    stage: "decoder",
    step: trainingConfigOf("decoder", plan, options).schedule.totalSteps,
    score: trained.best?.score,
    average: "long",
  });
}

/** One of `count` equal parts in time of each of a batch: `[B,T,...] -> [B,T/count,...]`. */
function partsOf(
  { shape: [B = 0, T = 0, ...rest], data }: NdArray,
  { parts, count }: {
    readonly parts: readonly number[];
    readonly count: number;
  },
): NdArray<"float32"> {
  const size = data.length / B / count;
  const cut = new Float32Array(B * size);
  parts.forEach((part, i) => {
    const from = (i * count + part) * size;
    cut.set((data as Float32Array).subarray(from, from + size), i * size);
  });
  return float32([B, T / count, ...rest], cut);
}
