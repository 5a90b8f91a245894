import type * as tf from "@tensorflow/tfjs-core";
import {
  type Compiled,
  jitWithState,
  type OnDevice,
} from "../../compiler/mod.ts";
import { float32, type MapLeaves, type NdArray, Rng } from "../../core/mod.ts";
import type { ClipShape } from "../../dataset/batches/mod.ts";
import type { SheetRow } from "../../dataset/encode/mod.ts";
import type { Phase } from "../../dataset/vocabulary/mod.ts";
import {
  type DecoderParameters,
  enlargementOf,
} from "../../models/decoder/mod.ts";
import type { Tensors } from "../../models/layers/mod.ts";
import {
  batchOfClips,
  clipsOfBatch,
  type DecoderBatch,
  decoderLoss,
  type Evaluator,
  type GuessArrays,
  pixelNoise,
  type PixelSampler,
  pixelSamplerOf,
  type TrainState,
} from "../../trainer/mod.ts";
import { FINISH_AT, FINISHING } from "../generate/mod.ts";
import { DECODERS } from "../presets.ts";
import type { DecoderSample, Guesses } from "./decoder_guesses.ts";
import type { Run } from "./run.ts";
import { phaseClips } from "./sources.ts";
import { shown, showSamples } from "./vae.ts";

/** Latents that it is evaluated on, each with its name in the metrics. */
const VIEWS = [
  { name: `${FINISH_AT}`, level: FINISH_AT },
  { name: "0.5", level: 0.5 },
  { name: "0.7", level: 0.7 },
  { name: `${FINISH_AT} redrawn`, level: FINISH_AT, isRedrawn: true },
] as const;
/** Of which of these a sample sheet is. */
const SHOWN_VIEW = VIEWS[3].name;
/** Noise levels of the pixels of one clip after the other. */
const PIXEL_LEVELS = [0.9, 0.7, 0.5, 0.3];
/** Clips that are evaluated at once. */
const AT_ONCE = 8;
/** Clips of a sample sheet. */
const SHOWN = 4;

/** Which clips are held out. */
interface Wanted {
  readonly phase: Phase;
  readonly shape: ClipShape;
}

/** Held-out clips in one of the views, with noise that stays the same. */
interface HeldOut {
  readonly view: string;
  readonly samples: readonly DecoderSample[];
  readonly batch: MapLeaves<DecoderBatch, tf.Tensor, NdArray<"float32">>;
  /** What their sheet is drawn after, with their captions and without, if they are shown. */
  readonly shown?: GuessArrays;
}

/** Held-out clips in each view, some at a time; they are the same all along. */
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
  const { real, redrawn } = await guesses.latentsOf(source);
  const batches: HeldOut[] = [];
  for (let at = 0; at < real.length; at += AT_ONCE) {
    const end = Math.min(at + AT_ONCE, real.length);
    for (const { name, level, ...rest } of VIEWS) {
      const latents = "isRedrawn" in rest ? redrawn : real;
      const samples: DecoderSample[] = [];
      for (let i = at; i < end; i++) {
        samples.push({
          clip: await real.clipAt(i),
          latent: await latents.latentAt(i),
          caption: (await real.entryAt(i)).caption,
        });
      }
      const rng = new Rng(options.seed).fork(`held out ${at}`);
      const guessOf = (samples: readonly DecoderSample[]) =>
        guesses.of(samples, samples.map(() => level), rng);
      const clips = batchOfClips(samples.map(({ clip }) => clip));
      const few = samples.slice(0, SHOWN);
      const free = few.map((sample) => ({ ...sample, caption: "" }));
      batches.push({
        view: name,
        samples,
        batch: {
          clips,
          noise: rng.fork("pixels").normals(clips.shape),
          levels: float32(
            [samples.length],
            samples.map((_, i) => PIXEL_LEVELS[i % PIXEL_LEVELS.length]!),
          ),
          guess: await guessOf(samples),
        } as HeldOut["batch"],
        ...(at === 0 && name === SHOWN_VIEW && {
          shown: await guessOf([...few, ...free]),
        }),
      });
    }
  }
  return batches;
}

/** Loss on held-out clips by view, and a sheet of some. */
export async function decoderEvaluator(
  run: Run,
  guesses: Guesses,
  wanted: Wanted,
): Promise<Evaluator<DecoderParameters> & Disposable> {
  const { options, device } = run;
  const { fps } = wanted.shape;
  const heldOut = await heldOutOf(run, guesses, wanted);
  const decoder = DECODERS[options.preset];
  const kept = new DisposableStack();
  let losses: Compiled<HeldOut["batch"], { losses: tf.Tensor }> | undefined;
  let pixels: PixelSampler | undefined;
  const evaluate = async (
    state: OnDevice<TrainState<DecoderParameters>>,
    step: number,
  ) => {
    const { long } = state.averages!;
    losses ??= kept.use(
      jitWithState(
        (parameters, batch: DecoderBatch) => ({
          outputs: {
            losses: decoderLoss(
              parameters as Tensors<DecoderParameters>,
              batch,
              decoder,
            ),
          },
        }),
        long,
        { device, name: "held-out clips" },
      ),
    );
    pixels ??= kept.use(pixelSamplerOf(device, long, decoder));
    const means = Object.fromEntries(VIEWS.map(({ name }) => [name, 0]));
    const rows: SheetRow[] = [];
    for (const { view, samples, batch, shown: guess } of heldOut) {
      const found = await losses.run(batch);
      for (const loss of found.losses.data) {
        means[view]! += loss / options.heldOut;
      }
      if (!guess) continue;
      const noise = pixelNoise(
        new Rng(options.seed).fork("shown"),
        Math.min(SHOWN, samples.length),
        wanted.shape,
        enlargementOf(decoder).time,
      );
      const drawn = await pixels.sample({ ...FINISHING, guess, noise });
      for (const [i, clip] of clipsOfBatch(drawn, fps).entries()) {
        rows.push({ label: samples[i]!.caption, clip: samples[i]!.clip });
        rows.push({ label: `from noise level ${view}`, clip: shown(clip) });
      }
    }
    await showSamples(run, { stage: "decoder", step, rows });
    const score = Object.values(means).reduce((a, b) => a + b, 0) /
      VIEWS.length;
    return { score, record: { heldOutLoss: score, heldOut: means } };
  };
  return {
    every: options.evaluateEvery,
    evaluate,
    [Symbol.dispose]: () => kept.dispose(),
  };
}
