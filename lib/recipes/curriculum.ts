import type { GridSize } from "../models/vae/mod.ts";
import type { Stage, StagePlan } from "../trainer/mod.ts";
import type { PresetName } from "./presets.ts";

/** A row of the table below; the other fields of a plan are constant. */
type Row = Omit<StagePlan, "accumulation" | "fps" | "width" | "height"> & {
  /** Height and width, pixels. */
  readonly size: number;
};

/** The report's curriculum, for the preset `base`; it has no rows `vae` and `text`. */
const BASE: Readonly<Record<Stage, Row>> = {
  // epochs, batch, learning rate, samples, size, frames
  vae: row(10, 4, 3e-4, 6000, 256, 16),
  // Size and frames are unused: this stage reads captions alone.
  text: row(6, 64, 2.5e-4, 32_000, 256, 16),
  phase1: row(20, 4, 1e-4, 1000, 256, 16),
  phase2: row(25, 4, 5e-5, 1500, 320, 24),
  phase3: row(30, 2, 2e-5, 2000, 384, 32),
  phase4: row(20, 2, 1e-5, 1200, 384, 32),
  phase5: row(15, 2, 5e-6, 4000, 384, 32),
};

function row(
  epochs: number,
  batch: number,
  learningRate: number,
  samples: number,
  size: number,
  frames: number,
): Row {
  return { epochs, batch, learningRate, samples, size, frames };
}

/**
 * Scale of a preset relative to `base`. Clips of a smaller preset are smaller, so
 * a step has more; its models are narrower, so the learning rate is higher.
 */
interface Scale {
  /** Divisor of sizes, which are rounded to 16. */
  readonly divisor: number;
  /** Maximum size, pixels. */
  readonly largest: number;
  /** Maximum number of frames. */
  readonly longest: number;
  /** Factor on learning rates: 768 / width of the backbone. */
  readonly rate: number;
  /** Factor on epochs, rounded up. */
  readonly effort: number;
  /** Maximum number of clips of a step. */
  readonly largestBatch: number;
  /** Factor on the pairs of captions of a step. */
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
  mini: NANO_SCALE,
  nano: NANO_SCALE,
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

/** Maximum learning rate of all presets. */
const HIGHEST_RATE = 3e-3;
/** Frames per second of all presets. */
const FPS = 8;

/** The clips of a preset's first phase. */
export function firstClipOf(preset: PresetName): GridSize {
  const { frames, height, width } = stagePlan(preset, "phase1");
  return { frames, height, width };
}

/**
 * The plan of a stage for a preset: the report's for `base`, scaled for the
 * others.
 *
 * - size: divided, a multiple of 16, limited by the preset; frames: limited.
 * - batch of a phase: clips with as many tokens as in the table (a token is
 *   16 x 16 pixels x 4 frames), limited by the preset. The VAE's batch is
 *   constant; pairs of captions have their own factor, since a contrastive loss
 *   gains from larger batches.
 * - samples: multiplied as the batch, so that an epoch has as many steps.
 * - learning rate: multiplied by 768 / width (as for Adam in Yang et al. 2022,
 *   arXiv 2203.03466) and by the square root of the batch factor; at most 3e-3.
 * - epochs: multiplied by an effort, rounded up: `nano` takes hours, `tiny`
 *   seconds.
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
    width: size,
    height: size,
    frames,
    fps: FPS,
  };
}
