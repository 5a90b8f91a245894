import { jitWithState, type OnDevice } from "../../compiler/mod.ts";
import {
  type Clip,
  float32,
  InputError,
  type NdArray,
  Rng,
  writeFileAtomically,
} from "../../core/mod.ts";
import {
  blurredClips,
  type ClipShape,
  type ClipSource,
} from "../../dataset/batches/mod.ts";
import type { SheetRow } from "../../dataset/encode/mod.ts";
import { tokenPositions } from "../../models/backbone/mod.ts";
import {
  type DecoderInputs,
  type DecoderParameters,
  initDecoder,
  promptedDecode,
} from "../../models/decoder/mod.ts";
import type { Tensors } from "../../models/layers/mod.ts";
import {
  latentSizeOf,
  normaliseLatent,
  strideOf,
} from "../../models/vae/mod.ts";
import {
  batchOfClips,
  checkConfig,
  clipShapeOf,
  clipsOfBatch,
  decoderTrainingLoss,
  type Evaluator,
  type GuessArrays,
  type LatentCache,
  latentSpaceOf,
  openCodec,
  openGuesser,
  openLatentCache,
  saveWeights,
  stackArrays,
  type TrainState,
} from "../../trainer/mod.ts";
import {
  DECODER_FILE,
  DECODER_KIND,
  FINISH_AT,
  loadDecoder,
  readTrainedModels,
  surroundingsOf,
  type TrainedDecoder,
  type TrainedModels,
  VAE_FILE,
  VOCABULARY_FILE,
} from "../generate/mod.ts";
import { DECODERS } from "../presets.ts";
import { modelsOf } from "./models.ts";
import { planOf, trainingConfigOf } from "./plan.ts";
import { exists, type Run } from "./run.ts";
import { captionedLatents } from "./samples.ts";
import { phaseClips } from "./sources.ts";
import { isDone, runStage } from "./stage.ts";
import { shown, showSamples, squaredError } from "./vae.ts";

/** Noise levels that it is trained on, evenly, from none. */
const HIGHEST_LEVEL = 0.75;
/**
 * Share of the latents that are those of blurred clips: a small backbone draws
 * things without their details, and whoever always sees them in the latent does
 * not learn them from the words.
 */
const BLURRED = 0.5;
/** By how many pixels. */
const BLUR = { least: 1, most: 4 } as const;
/** What it is evaluated on, each with its name in the metrics. */
const VIEWS = [
  { name: "0.2", level: 0.2 },
  { name: `${FINISH_AT}`, level: FINISH_AT },
  { name: "0.6", level: 0.6 },
  { name: `${FINISH_AT} blurred`, level: FINISH_AT, isBlurred: true },
] as const;
/** Of which of these a sample sheet is. */
const SHOWN_VIEW = VIEWS[3].name;
/** Clips that are evaluated at once. */
const AT_ONCE = 8;
/** Clips of a sample sheet. */
const SHOWN = 4;
/** What it is trained on: the mix of all phases. */
const PHASE = 5;

/** A clip, its latent and what is said of it. */
interface Sample {
  readonly clip: Clip;
  /** Not normalised, `[t,h,w,Z]`. */
  readonly latent: NdArray<"float32">;
  readonly caption: string;
}

/** Of whose frames those of one cell of the latent are decoded: no others matter to it. */
interface PartOfSample extends Sample {
  /** Of the latent's frames, from 0. */
  readonly part: number;
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
  const { sharp, blurred } = await guesses.latentsOf(source);
  const captioned = captionedLatents(source, sharp, {
    seed: options.seed,
    rng,
  });
  const sampleAt = async (n: number): Promise<PartOfSample> => {
    const { index, latent, caption } = await captioned(n);
    const draw = rng.fork(`part ${n}`);
    const isBlurred = draw.uniform() < BLURRED;
    return {
      clip: await sharp.clipAt(index),
      latent: isBlurred ? await blurred.latentAt(index) : latent,
      caption,
      part: draw.integer(latent.shape[0]!),
    };
  };
  using evaluator = decoderEvaluator(
    run,
    await heldOutOf(run, guesses, shape),
    shape.fps,
  );
  const trained = await runStage(run, "decoder", config, {
    config: trainingConfigOf("decoder", plan, options),
    initial: given?.parameters ??
      initDecoder(decoder, surroundingsOf(models.config), rng.fork("initial")),
    lossOf: decoderTrainingLoss(decoder),
    async batchAt(index: number) {
      const samples: PartOfSample[] = [];
      for (let i = 0; i < plan.batch; i++) {
        samples.push(await sampleAt(index * plan.batch + i));
      }
      const draw = rng.fork(`noise ${index}`);
      const levels = samples.map(() => HIGHEST_LEVEL * draw.uniform());
      const { tokens, guess, text } = await guesses.of(samples, levels, draw);
      const parts = samples.map(({ part }) => part);
      const count = guess.shape[1]!;
      return {
        clips: partsOf(batchOfClips(samples.map(({ clip }) => clip)), {
          parts,
          count,
        }),
        guess: {
          tokens: partsOf(tokens, { parts, count }),
          guess: partsOf(guess, { parts, count }),
          text,
        },
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

/** What a decoder is trained with. */
export interface DecoderWork {
  /** Those that it comes after. */
  readonly models: TrainedModels;
  /** What it begins with, if not anew. */
  readonly given?: TrainedDecoder;
}

/**
 * What a decoder is to be trained with, found out before a folder is made.
 *
 * @throws {InputError} if there are no trained models, they or the decoder to
 *   begin with are not those of the preset, or the run holds other models
 */
export async function decoderWorkOf(
  options: Run["options"],
): Promise<DecoderWork> {
  const { run, finetune, preset, resumePhase } = options;
  if (resumePhase !== undefined) {
    throw new InputError(
      "Cannot train a decoder: --resume-phase must be left out: current value " +
        `is ${resumePhase}; to begin the decoder again, choose another --run ` +
        `with --finetune ${run}`,
    );
  }
  const models = await readTrainedModels(finetune ?? run);
  checkConfig(models.file, models.config, modelsOf(options));
  if (isElsewhere(options)) await assertRunHoldsNoOther(run, models);
  if (options.decoder === undefined) return { models };
  const given = await loadDecoder(options.decoder, models.config);
  checkConfig(options.decoder, given.config, DECODERS[preset]);
  return { models, given };
}

/** Whether the models are those of another folder than the run's. */
function isElsewhere({ finetune, run }: Run["options"]): boolean {
  return finetune !== undefined && finetune !== run;
}

/** @throws {InputError} if the folder of the run has models, and not these */
async function assertRunHoldsNoOther(
  run: string,
  { digests }: TrainedModels,
): Promise<void> {
  const own = await readTrainedModels(run).catch((error) => {
    if (error instanceof InputError) return undefined; // none, or not whole
    throw error;
  });
  if (!own || own.digests.diffusion === digests.diffusion) return;
  throw new InputError(
    `Cannot train a decoder in "${run}": the models there must be those of ` +
      `--finetune: "${own.file}" holds others; choose another folder with --run`,
  );
}

/** A file in the folder of the models. */
function besideFile({ file }: TrainedModels, name: string): string {
  return file.replace(/[^/\\]*$/, name);
}

/** Leaves what the decoder comes after beside it, so that the run is whole. */
async function keepModels(
  { options, folder }: Run,
  models: TrainedModels,
): Promise<void> {
  if (!isElsewhere(options)) return;
  const diffusion = models.file.replace(/^.*[/\\]/, "");
  for (const name of [VOCABULARY_FILE, VAE_FILE, diffusion]) {
    const from = besideFile(models, name);
    if (await exists(`${folder}/${name}`) || !await exists(from)) continue;
    await writeFileAtomically(`${folder}/${name}`, await Deno.readFile(from));
  }
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

/** Latents of clips, and of the same without their details. */
interface Latents {
  readonly sharp: LatentCache;
  readonly blurred: LatentCache;
}

/** What a backbone makes of clips of one shape under noise. */
interface Guesses extends Disposable {
  /** Latents of the clips of a source, kept with the run. */
  latentsOf(source: ClipSource): Promise<Latents>;
  /** @param rng Draws the noise. */
  of(
    samples: readonly Sample[],
    levels: readonly number[],
    rng: Rng,
  ): Promise<GuessArrays>;
}

async function openGuesses(
  { device, folder, options: { seed }, host: { progress, signal } }: Run,
  { config, vae, statistics, diffusion, digests, facts }: TrainedModels,
  shape: ClipShape,
): Promise<Guesses> {
  using opened = new DisposableStack();
  const codec = opened.use(await openCodec(device, vae, config.vae));
  const guesser = opened.use(await openGuesser(device, diffusion, config));
  const positions = tokenPositions(
    latentSizeOf(config.vae, shape),
    strideOf(config.vae),
    shape.fps,
    config.backbone.width / config.backbone.heads,
  );
  const held = opened.move();
  const cacheOf = (source: ClipSource): Promise<LatentCache> =>
    openLatentCache({
      source,
      shape,
      seed,
      codec,
      codecDigest: latentSpaceOf({ digest: digests.vae, facts: facts.vae }),
      folder: `${folder}/latents`,
      progress,
      signal,
    });
  return {
    async latentsOf(source) {
      const sharp = await cacheOf(source);
      return { sharp, blurred: await cacheOf(blurredClips(source, BLUR)) };
    },
    of(samples, levels, rng) {
      const clean = stackArrays(
        samples.map(({ latent }) => normaliseLatent(latent, statistics)),
      );
      return guesser.guess({
        prompts: samples.map(({ caption }) => caption),
        latents: noisy(clean, levels, rng),
        levels: float32([levels.length], levels),
        positions,
      });
    },
    [Symbol.dispose]: () => held.dispose(),
  };
}

/** Latents `[B,...]` with noise of a level each. */
function noisy(
  { shape, data }: NdArray<"float32">,
  levels: readonly number[],
  rng: Rng,
): NdArray<"float32"> {
  const noise = rng.normals(shape).data;
  const each = data.length / levels.length;
  return float32(
    shape,
    data.map((value, i) => {
      const level = levels[Math.floor(i / each)]!;
      return (1 - level) * value + level * noise[i]!;
    }),
  );
}

/** Held-out clips, and what the backbone makes of them in one of the views. */
interface HeldOut {
  readonly view: string;
  readonly samples: readonly Sample[];
  readonly guess: GuessArrays;
}

/** Held-out clips in each view, some at a time; they are the same all along. */
async function heldOutOf(
  { options }: Run,
  guesses: Guesses,
  shape: ClipShape,
): Promise<HeldOut[]> {
  const source = await phaseClips(options, PHASE, {
    split: "validation",
    length: options.heldOut,
    shape,
  });
  const { sharp, blurred } = await guesses.latentsOf(source);
  const batches: HeldOut[] = [];
  for (let at = 0; at < sharp.length; at += AT_ONCE) {
    const end = Math.min(at + AT_ONCE, sharp.length);
    for (const { name, level, ...rest } of VIEWS) {
      const latents = "isBlurred" in rest ? blurred : sharp;
      const samples: Sample[] = [];
      for (let i = at; i < end; i++) {
        samples.push({
          clip: await sharp.clipAt(i),
          latent: await latents.latentAt(i),
          caption: (await sharp.entryAt(i)).caption,
        });
      }
      const guess = await guesses.of(
        samples,
        samples.map(() => level),
        new Rng(options.seed).fork(`held out ${at}`),
      );
      batches.push({ view: name, samples, guess });
    }
  }
  return batches;
}

/** Mean squared error on held-out clips by view, and a sheet of some. */
function decoderEvaluator(
  run: Run,
  heldOut: readonly HeldOut[],
  fps: number,
): Evaluator<DecoderParameters> & Disposable {
  const { options, device } = run;
  const decoder = DECODERS[options.preset];
  type Decode = {
    run(inputs: GuessArrays): Promise<{ clips: NdArray }>;
    [Symbol.dispose](): void;
  };
  let compiled: Decode | undefined;
  const evaluate = async (
    state: OnDevice<TrainState<DecoderParameters>>,
    step: number,
  ) => {
    compiled ??= jitWithState(
      (parameters, guess: DecoderInputs) => ({
        outputs: {
          clips: promptedDecode(
            parameters as Tensors<DecoderParameters>,
            guess,
            decoder,
          ),
        },
      }),
      state.averages!.long,
      { device, name: "held-out clips" },
    ) as Decode;
    const errors = Object.fromEntries(VIEWS.map(({ name }) => [name, 0]));
    const rows: SheetRow[] = [];
    for (const { view, samples, guess } of heldOut) {
      const { clips } = await compiled.run(guess);
      const decoded = clipsOfBatch(clips as NdArray<"float32">, fps);
      for (const [i, { clip, caption }] of samples.entries()) {
        const found = shown(decoded[i]!);
        errors[view]! += squaredError(clip, found) / options.heldOut;
        if (view !== SHOWN_VIEW || rows.length >= 2 * SHOWN) continue;
        rows.push({ label: caption, clip });
        rows.push({ label: `from noise level ${view}`, clip: found });
      }
    }
    await showSamples(run, { stage: "decoder", step, rows });
    const score = Object.values(errors).reduce((a, b) => a + b, 0) /
      VIEWS.length;
    return {
      score,
      record: {
        heldOutError: score,
        heldOutPsnr: -10 * Math.log10(score),
        heldOut: errors,
      },
    };
  };
  return {
    every: options.evaluateEvery,
    evaluate,
    [Symbol.dispose]: () => compiled?.[Symbol.dispose](),
  };
}
