import type { Stage, StagePlan } from "../trainer/mod.ts";
import type { PresetName } from "./presets.ts";

/** A row of the table below; the rest of a plan is the same for all. */
type Row = Omit<StagePlan, "accumulation" | "fps">;

/** The report's curriculum, for the preset `base`; the first two rows are ours. */
const BASE: Readonly<Record<Stage, Row>> = {
  vae: {
    epochs: 10,
    batch: 4,
    learningRate: 3e-4,
    samples: 6000,
    size: 256,
    frames: 16,
  },
  // Size and frames are unused: this stage reads captions alone.
  text: {
    epochs: 6,
    batch: 64,
    learningRate: 2.5e-4,
    samples: 32_000,
    size: 256,
    frames: 16,
  },
  phase1: {
    epochs: 20,
    batch: 4,
    learningRate: 1e-4,
    samples: 1000,
    size: 256,
    frames: 16,
  },
  phase2: {
    epochs: 25,
    batch: 4,
    learningRate: 5e-5,
    samples: 1500,
    size: 320,
    frames: 24,
  },
  phase3: {
    epochs: 30,
    batch: 2,
    learningRate: 2e-5,
    samples: 2000,
    size: 384,
    frames: 32,
  },
  phase4: {
    epochs: 20,
    batch: 2,
    learningRate: 1e-5,
    samples: 1200,
    size: 384,
    frames: 32,
  },
  phase5: {
    epochs: 15,
    batch: 2,
    learningRate: 5e-6,
    samples: 4000,
    size: 384,
    frames: 32,
  },
};

/**
 * What changes for a smaller preset. Its clips are smaller, so more of them
 * make a step; its models are narrower, so they bear a higher learning rate.
 */
interface Scale {
  /** Sizes of the table are divided by this, rounded to 16, ... */
  readonly divisor: number;
  /** ... and at most this many pixels. */
  readonly largest: number;
  /** Frames at most. */
  readonly longest: number;
  /** Learning rates are multiplied by 768 over the width of the backbone. */
  readonly rate: number;
  /** Epochs are multiplied by this, rounded up. */
  readonly effort: number;
  /** Clips in a step at most. */
  readonly largestBatch: number;
  /** Pairs of captions in a step, in those of `base`. */
  readonly pairs: number;
}

const NANO_SCALE: Scale = {
  divisor: 4,
  largest: 64,
  longest: 16,
  rate: 4,
  effort: 0.5,
  largestBatch: 64,
  pairs: 4,
};

const SCALES: Readonly<Record<PresetName, Scale>> = {
  tiny: {
    divisor: 8,
    largest: 32,
    longest: 8,
    rate: 16,
    effort: 0.05,
    largestBatch: 8,
    pairs: 1,
  },
  nano: NANO_SCALE,
  micro: NANO_SCALE,
  small: {
    divisor: 2,
    largest: 192,
    longest: 32,
    rate: 1.5,
    effort: 1,
    largestBatch: 64,
    pairs: 2,
  },
  base: {
    divisor: 1,
    largest: 384,
    longest: 32,
    rate: 1,
    effort: 1,
    largestBatch: 4,
    pairs: 1,
  },
};

/** Learning rate at most, of any preset. */
const HIGHEST_RATE = 3e-3;
/** Frames per second, of every preset. */
const FPS = 8;

/**
 * The plan of a stage for a preset: the report's for `base`, and for the others
 * the same scaled by these rules.
 *
 * - size: divided, a multiple of 16 and at most as large as the preset allows;
 *   frames: at most as many.
 * - batch of a phase: as many clips as make the table's number of tokens (a
 *   token is 16 x 16 pixels x 4 frames), as far as the preset allows. Those of
 *   the VAE stay; pairs of captions have a factor of their own, for the more there are beside each other, the more a step teaches.
 * - samples: multiplied as the batch is, so that an epoch keeps its steps.
 * - learning rate: multiplied by 768 / width (as for Adam in Yang et al. 2022,
 *   arXiv 2203.03466) and by the root of what the batch is multiplied by; at
 *   most 3e-3.
 * - epochs: multiplied by an effort, rounded up, so that `nano` is done in
 *   hours and `tiny` in seconds.
 */
export function stagePlan(preset: PresetName, stage: Stage): StagePlan {
  const row = BASE[stage];
  const { divisor, largest, longest, rate, effort, largestBatch, pairs } =
    SCALES[preset];
  const size = Math.min(largest, Math.round(row.size / divisor / 16) * 16);
  const frames = Math.min(longest, row.frames);
  const tokens = (size: number, frames: number): number =>
    (size / 16) ** 2 * frames / 4;
  const clips = (): number =>
    row.batch * tokens(row.size, row.frames) / tokens(size, frames);
  const batch = stage === "vae"
    ? row.batch
    : stage === "text"
    ? row.batch * pairs
    : Math.round(Math.min(largestBatch, Math.max(1, clips())));
  const times = batch / row.batch;
  const learningRate = row.learningRate * rate * Math.sqrt(times);
  return {
    epochs: Math.ceil(row.epochs * effort),
    batch,
    accumulation: 1,
    learningRate: Number(
      Math.min(HIGHEST_RATE, learningRate).toPrecision(3),
    ),
    samples: Math.round(row.samples * times),
    size,
    frames,
    fps: FPS,
  };
}
