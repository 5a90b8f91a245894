import { Rng } from "../../core/mod.ts";
import { type Moments, RunningMoments } from "./moments.ts";

/** How features were computed. Sets that differ in a field cannot be compared. */
export interface FeatureSetting {
  /** Name of the feature network: `world3d`, `i3d`. */
  readonly network: string;
  /** SHA-256 of its weights, hexadecimal. */
  readonly weights: string;
  /** Which of its outputs: `logits`, `features`. */
  readonly layer: string;
  /** Features of a clip, D. */
  readonly dimension: number;
  /** Frames of a clip, T. */
  readonly frames: number;
  /** Frames per second of a clip. */
  readonly fps: number;
  /** Pixels of the clips before the network's own resizing: `64x64`. */
  readonly size: string;
  /** How frames were scaled to the network's size. */
  readonly resize: string;
}

/** Rows that are kept for bootstrap, curve and kernel distance, which moments do not give. */
const KEPT_ROWS = 4096;

/** Features of a set of clips, as rows. */
export interface FeatureRows {
  readonly count: number;
  readonly dimension: number;
  /** `[count,dimension]`, row-major. */
  readonly values: Float32Array;
}

/** Features of a set of clips, as distances need them. */
export interface FeatureSummary {
  readonly setting: FeatureSetting;
  /** Clips, all of them. */
  readonly count: number;
  readonly moments: Moments;
  /** Features of all clips, or of a random sample of them. */
  readonly rows: FeatureRows;
}

/**
 * Features of a set of clips in one pass: moments of all, and a sample of at
 * most 4,096 rows, each with the same chance to be kept (Vitter 1985,
 * algorithm R).
 */
export class FeatureStatistics implements FeatureSummary {
  readonly setting: FeatureSetting;
  readonly #moments: RunningMoments;
  readonly #rows: Float32Array;
  readonly #capacity: number;
  readonly #rng: Rng;
  #count = 0;

  /** @param capacity Most rows that are kept. */
  constructor(setting: FeatureSetting, capacity = KEPT_ROWS) {
    this.setting = setting;
    this.#moments = new RunningMoments(setting.dimension);
    this.#rows = new Float32Array(capacity * setting.dimension);
    this.#capacity = capacity;
    this.#rng = new Rng(0).fork("kept rows");
  }

  /** Clips so far. */
  get count(): number {
    return this.#count;
  }

  /** Adds the features of one clip, `[D]`. */
  add(row: ArrayLike<number>): void {
    this.#moments.add(row);
    const place = this.#count < this.#capacity
      ? this.#count
      : this.#rng.integer(this.#count + 1);
    if (place < this.#capacity) {
      this.#rows.set(row, place * this.setting.dimension);
    }
    this.#count++;
  }

  get moments(): Moments {
    return this.#moments.moments;
  }

  /** The kept rows; a view. */
  get rows(): FeatureRows {
    const count = Math.min(this.#count, this.#capacity);
    const { dimension } = this.setting;
    return {
      count,
      dimension,
      values: this.#rows.subarray(0, count * dimension),
    };
  }
}

/** Moments of chosen rows; an index may occur more than once. */
export function momentsOfRows(
  { dimension, values }: FeatureRows,
  indices: Iterable<number>,
): Moments {
  const running = new RunningMoments(dimension);
  for (const i of indices) {
    running.add(values.subarray(i * dimension, (i + 1) * dimension));
  }
  return running.moments;
}
