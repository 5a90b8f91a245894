import { jitWithState, type OnDevice } from "../../compiler/mod.ts";
import { type NdArray, Rng } from "../../core/mod.ts";
import type { ClipShape } from "../../dataset/batches/mod.ts";
import type { SheetRow } from "../../dataset/encode/mod.ts";
import type { Phase } from "../../dataset/vocabulary/mod.ts";
import {
  type DecoderInputs,
  type DecoderParameters,
  promptedDecode,
} from "../../models/decoder/mod.ts";
import type { Tensors } from "../../models/layers/mod.ts";
import {
  clipsOfBatch,
  type Evaluator,
  type GuessArrays,
  type TrainState,
} from "../../trainer/mod.ts";
import { DECODERS } from "../presets.ts";
import type { DecoderSample, Guesses } from "./decoder_guesses.ts";
import type { Run } from "./run.ts";
import { phaseClips } from "./sources.ts";
import { shown, showSamples, squaredError } from "./vae.ts";

/** Noise levels that it is evaluated at. */
const LEVELS = [0.2, 0.5, 0.7] as const;
/** At which of these a sample sheet is. */
const SHOWN_LEVEL = LEVELS[1];
/** Clips that are evaluated at once. */
const AT_ONCE = 8;
/** Clips of a sample sheet. */
const SHOWN = 4;

/** Which clips are held out. */
interface Wanted {
  readonly phase: Phase;
  readonly shape: ClipShape;
}

/** Held-out clips, and what the backbone makes of them at one of the levels. */
interface HeldOut {
  readonly level: number;
  readonly samples: readonly DecoderSample[];
  readonly guess: GuessArrays;
}

/** Held-out clips at each level, some at a time; they are the same all along. */
async function heldOutOf(
  { options }: Run,
  guesses: Guesses,
  { phase, shape }: Wanted,
): Promise<HeldOut[]> {
  const source = await phaseClips(options, phase, {
    split: "validation",
    length: options.heldOut,
    shape,
  });
  const latents = await guesses.latentsOf(source);
  const batches: HeldOut[] = [];
  for (let at = 0; at < latents.length; at += AT_ONCE) {
    const samples: DecoderSample[] = [];
    for (let i = at; i < Math.min(at + AT_ONCE, latents.length); i++) {
      samples.push({
        clip: await latents.clipAt(i),
        latent: await latents.latentAt(i),
        caption: (await latents.entryAt(i)).caption,
      });
    }
    for (const level of LEVELS) {
      const guess = await guesses.of(
        samples,
        samples.map(() => level),
        new Rng(options.seed).fork(`held out ${at}`),
      );
      batches.push({ level, samples, guess });
    }
  }
  return batches;
}

/** Mean squared error on held-out clips by noise level, and a sheet of some. */
export async function decoderEvaluator(
  run: Run,
  guesses: Guesses,
  wanted: Wanted,
): Promise<Evaluator<DecoderParameters> & Disposable> {
  const { options, device } = run;
  const { fps } = wanted.shape;
  const heldOut = await heldOutOf(run, guesses, wanted);
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
    const errors = Object.fromEntries(LEVELS.map((level) => [level, 0]));
    const rows: SheetRow[] = [];
    for (const { level, samples, guess } of heldOut) {
      const { clips } = await compiled.run(guess);
      const decoded = clipsOfBatch(clips as NdArray<"float32">, fps);
      for (const [i, { clip, caption }] of samples.entries()) {
        const found = shown(decoded[i]!);
        errors[level]! += squaredError(clip, found) / options.heldOut;
        if (level !== SHOWN_LEVEL || rows.length >= 2 * SHOWN) continue;
        rows.push({ label: caption, clip });
        rows.push({ label: `from noise level ${level}`, clip: found });
      }
    }
    await showSamples(run, { stage: "decoder", step, rows });
    const score = Object.values(errors).reduce((a, b) => a + b, 0) /
      LEVELS.length;
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
