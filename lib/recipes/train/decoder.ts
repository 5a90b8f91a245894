import { jitWithState, type OnDevice } from "../../compiler/mod.ts";
import {
  type Clip,
  float32,
  type NdArray,
  Rng,
  writeFileAtomically,
} from "../../core/mod.ts";
import type { ClipShape } from "../../dataset/batches/mod.ts";
import type { SheetRow } from "../../dataset/encode/mod.ts";
import { tokenPositions } from "../../models/backbone/mod.ts";
import {
  type DecoderInputs,
  type DecoderParameters,
  initDecoder,
  promptedDecode,
} from "../../models/decoder/mod.ts";
import type { RotaryTable, Tensors } from "../../models/layers/mod.ts";
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
  type Codec,
  decoderTrainingLoss,
  type Evaluator,
  type GuessArrays,
  type Guesser,
  openCodec,
  openGuesser,
  sampleOrder,
  saveWeights,
  type TrainState,
} from "../../trainer/mod.ts";
import {
  DECODER_FILE,
  DECODER_KIND,
  FINISH_AT,
  readTrainedModels,
  surroundingsOf,
  type TrainedModels,
  VAE_FILE,
} from "../generate/mod.ts";
import { DECODERS } from "../presets.ts";
import { planOf, trainingConfigOf } from "./plan.ts";
import { exists, type Run } from "./run.ts";
import { phaseClips } from "./sources.ts";
import { isDone, runStage } from "./stage.ts";
import { shown, showSamples, squaredError } from "./vae.ts";

/** Share of samples whose caption is dropped: it decodes what has no prompt too. */
const DROPPED = 0.1;
/** Noise levels that it is trained on, evenly, from none. */
const HIGHEST_LEVEL = 0.75;
/** Levels at which it is evaluated. */
const HELD_OUT_LEVELS = [0.2, FINISH_AT, 0.6] as const;
/** Clips that are evaluated at once. */
const AT_ONCE = 8;
/** Clips of a sample sheet. */
const SHOWN = 4;
/** What it is trained on: the mix of all phases. */
const PHASE = 5;

/** A clip and what is said of it. */
interface Captioned {
  readonly clip: Clip;
  readonly caption: string;
}

/**
 * Trains a prompted decoder for the trained models of a run, or of the folder
 * of `--finetune`, which are kept with the run; or goes on with it.
 */
export async function trainDecoderOf(
  run: Run,
  models: TrainedModels,
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
    ...(models.decoder && { finetune: models.decoder.digest }),
  };
  const path = `${folder}/${DECODER_FILE}`;
  if (await isDone(run, "decoder", config, path)) return;
  await keepModels(run, models);
  using guesses = await openGuesses(run, models, shape);
  const order = sampleOrder(options.seed, source.length);
  using evaluator = await decoderEvaluator(run, guesses, shape);
  const trained = await runStage(run, "decoder", config, {
    config: trainingConfigOf("decoder", plan, options),
    initial: models.decoder?.parameters ??
      initDecoder(decoder, surroundingsOf(models.config), rng.fork("initial")),
    lossOf: decoderTrainingLoss(decoder),
    async batchAt(index: number) {
      const samples: Captioned[] = [];
      for (let i = 0; i < plan.batch; i++) {
        const place = order(index * plan.batch + i);
        const draw = rng.fork(`clip ${place.index} of epoch ${place.epoch}`);
        const isDropped = draw.uniform() < DROPPED;
        const { clip, caption } = await source.clipAt(place.index, shape, draw);
        samples.push({ clip, caption: isDropped ? "" : caption });
      }
      const draw = rng.fork(`noise ${index}`);
      const levels = samples.map(() => HIGHEST_LEVEL * draw.uniform());
      return {
        clips: batchOfClips(samples.map(({ clip }) => clip)),
        guess: await guesses.of(samples, levels, draw),
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

/**
 * The trained models that a decoder is to come after, found out before a folder
 * is made.
 *
 * @throws {InputError} if there are none, or they have a decoder of another
 *   shape
 */
export async function modelsToDecode(
  { run, finetune, preset }: Run["options"],
): Promise<TrainedModels> {
  const folder = finetune ?? run;
  const models = await readTrainedModels(folder);
  if (models.decoder) {
    checkConfig(`${folder}/${DECODER_FILE}`, models.decoder.config, {
      ...DECODERS[preset],
    });
  }
  return models;
}

/** Leaves what the decoder comes after beside it, so that the run is whole. */
async function keepModels(
  { options: { finetune, run }, folder }: Run,
  { file }: TrainedModels,
): Promise<void> {
  if (finetune === undefined || finetune === run) return;
  const name = file.replace(/^.*[/\\]/, "");
  const from = file.slice(0, -name.length);
  for (const kept of [VAE_FILE, name]) {
    if (await exists(`${folder}/${kept}`)) continue;
    await writeFileAtomically(
      `${folder}/${kept}`,
      await Deno.readFile(`${from}${kept}`),
    );
  }
}

/** What a backbone makes of clips of one shape under noise. */
interface Guesses extends Disposable {
  /** @param rng Draws the noise. */
  of(
    samples: readonly Captioned[],
    levels: readonly number[],
    rng: Rng,
  ): Promise<GuessArrays>;
}

async function openGuesses(
  { device }: Run,
  { config, vae, statistics, diffusion }: TrainedModels,
  shape: ClipShape,
): Promise<Guesses> {
  using opened = new DisposableStack();
  const codec: Codec = opened.use(await openCodec(device, vae, config.vae));
  const guesser: Guesser = opened.use(
    await openGuesser(device, diffusion, config),
  );
  const positions: RotaryTable = tokenPositions(
    latentSizeOf(config.vae, shape),
    strideOf(config.vae),
    shape.fps,
    config.backbone.width / config.backbone.heads,
  );
  const held = opened.move();
  return {
    async of(samples, levels, rng) {
      const clean = normaliseLatent(
        await codec.encode(samples.map(({ clip }) => clip)),
        statistics,
      );
      return await guesser.guess({
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

/** Mean squared error on held-out clips by noise level, and a sheet of some. */
async function decoderEvaluator(
  run: Run,
  guesses: Guesses,
  shape: ClipShape,
): Promise<Evaluator<DecoderParameters> & Disposable> {
  const { options, device } = run;
  const decoder = DECODERS[options.preset];
  const source = await phaseClips(options, PHASE, {
    split: "validation",
    length: options.heldOut,
    shape,
  });
  const samples: Captioned[] = [];
  for (let i = 0; i < source.length; i++) {
    samples.push(await source.clipAt(i, shape, new Rng(options.seed)));
  }
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
    const errors: Record<number, number> = {};
    const rows: SheetRow[] = [];
    for (const level of HELD_OUT_LEVELS) {
      let error = 0;
      for (let at = 0; at < samples.length; at += AT_ONCE) {
        const some = samples.slice(at, at + AT_ONCE);
        const guess = await guesses.of(
          some,
          some.map(() => level),
          new Rng(options.seed).fork(`held out ${at}`),
        );
        const { clips } = await compiled.run(guess);
        const decoded = clipsOfBatch(clips as NdArray<"float32">, shape.fps);
        for (const [i, { clip, caption }] of some.entries()) {
          const found = shown(decoded[i]!);
          error += squaredError(clip, found) / samples.length;
          if (level !== FINISH_AT || rows.length >= 2 * SHOWN) continue;
          rows.push({ label: caption, clip });
          rows.push({ label: `from noise level ${level}`, clip: found });
        }
      }
      errors[level] = error;
    }
    await showSamples(run, { stage: "decoder", step, rows });
    const score = Object.values(errors).reduce((a, b) => a + b, 0) /
      HELD_OUT_LEVELS.length;
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
