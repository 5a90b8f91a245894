import { isCertain, restBackground } from "./_background.ts";
import { beginFrom, type DenseLevel, denseLevel, densify } from "./_densify.ts";
import {
  layPatches,
  PATCH,
  type Patches,
  searchPatches,
} from "./_patch_search.ts";
import { Pyramid } from "./_pyramid.ts";
import type { Plane } from "./plane.ts";

/** How far every pixel of a picture moves until the next. */
export interface Flow {
  /** Pixels, W. */
  readonly width: number;
  /** Pixels, H. */
  readonly height: number;
  /** `[H,W]`, pixels to the right. */
  readonly u: Float32Array;
  /** `[H,W]`, pixels down. */
  readonly v: Float32Array;
  /** `[H,W]`, 1 where the picture shows enough for motion to be seen. */
  readonly certain: Uint8Array;
  /**
   * Share of the picture, in [0,1], that the next one does not show anywhere
   * near: little under motion, nearly all at a cut, whatever the light does.
   */
  readonly unexplained: number;
}

/** The shorter side of the smallest size at which a picture is searched, pixels. */
const SMALLEST_SIDE = 12;

/** Steps of a patch at most: many where all begins, fewer where little is left to find. */
const COARSE_ITERATIONS = 16;
const FINE_ITERATIONS = 6;

/** A patch is explained if what remains is less than this share of its variance. */
const EXPLAINED_SHARE = 0.5;
/** Variance that noise and coding give to a flat patch, in squared luma steps. */
const FLAT_VARIANCE = 30;
/** A change of brightness that the light alone does not make from picture to picture. */
const LARGE_SHIFT = 40;

/**
 * Finds the optical flow from each picture to the next by dense inverse search
 * (Kroeger et al. 2016, arXiv 1603.03590), with mean-normalised patches of 8x8
 * on a pyramid down to the size at which the shorter side has 12 pixels or
 * more, without the variational refinement. Plain background that reaches the
 * border of the picture rests.
 *
 * It keeps its memory and the last picture's pyramid, so that a video costs one
 * pyramid and one search per picture.
 *
 * @example
 * ```ts
 * import { FlowEstimator, type Plane } from "lib/dataset/curate/mod.ts";
 * import assert from "node:assert/strict";
 *
 * // A blob that moves 3 pixels to the right.
 * const blob = (cx: number): Plane => ({
 *   width: 48,
 *   height: 32,
 *   data: Float32Array.from({ length: 48 * 32 }, (_, i) =>
 *     200 * Math.exp(-((i % 48 - cx) ** 2 + (Math.floor(i / 48) - 16) ** 2) / 60)),
 * });
 * const estimator = new FlowEstimator(48, 32);
 * assert.equal(estimator.next(blob(20)), undefined); // the first picture
 * const flow = estimator.next(blob(23))!;
 * assert.ok(Math.abs(flow.u[16 * 48 + 20]! - 3) < 0.2);
 * assert.ok(flow.unexplained < 0.05);
 * ```
 */
export class FlowEstimator {
  readonly width: number;
  readonly height: number;
  #before: Pyramid;
  #after: Pyramid;
  #started = false;
  readonly #patches: readonly Patches[];
  readonly #dense: readonly DenseLevel[];
  readonly #certain: Uint8Array;

  /**
   * @param width Pixels of the pictures that will come, 8 or more.
   * @param height The same.
   * @throws {RangeError} if a side is less than 8 pixels
   */
  constructor(width: number, height: number) {
    if (!(Math.min(width, height) >= PATCH)) {
      throw new RangeError(
        `Cannot estimate flow: pictures must be at least ${PATCH}x${PATCH}: ` +
          `current size is ${width}x${height}`,
      );
    }
    this.width = width;
    this.height = height;
    this.#before = new Pyramid(width, height, SMALLEST_SIDE);
    this.#after = new Pyramid(width, height, SMALLEST_SIDE);
    const { levels } = this.#before;
    this.#patches = levels.map((level) =>
      layPatches(level.width, level.height)
    );
    this.#dense = levels.map(denseLevel);
    this.#certain = new Uint8Array(width * height);
  }

  /** Forgets the last picture: the next one begins a new video. */
  restart(): void {
    this.#started = false;
  }

  /**
   * Takes the next picture.
   *
   * @returns How the picture before it moves towards it; undefined for the first
   *   one. The arrays are used again by the next call.
   */
  next(picture: Plane): Flow | undefined {
    const { width, height } = this;
    if (picture.width !== width || picture.height !== height) {
      throw new RangeError(
        `Cannot estimate flow: pictures must be ${width}x${height}: ` +
          `current size is ${picture.width}x${picture.height}`,
      );
    }
    [this.#before, this.#after] = [this.#after, this.#before];
    this.#after.fill(picture);
    if (!this.#started) {
      this.#started = true;
      return undefined;
    }
    const coarsest = this.#dense.length - 1;
    for (let i = coarsest; i >= 0; i--) {
      const from = this.#before.levels[i]!, to = this.#after.levels[i]!;
      const patches = this.#patches[i]!;
      if (i === coarsest) {
        patches.u.fill(0);
        patches.v.fill(0);
      } else beginFrom(this.#dense[i + 1]!, patches);
      const iterations = i === 0 ? FINE_ITERATIONS : COARSE_ITERATIONS;
      searchPatches(from, to, patches, iterations);
      if (i === 0) restBackground(from, to, patches);
      densify(from, to, patches, this.#dense[i]!);
    }
    const { u, v } = this.#dense[0]!;
    const patches = this.#patches[0]!;
    const certain = this.#certain;
    markCertain(patches, certain, width);
    return {
      width,
      height,
      u,
      v,
      certain,
      unexplained: unexplained(patches),
    };
  }
}

/**
 * The optical flow from one picture to another. For more than two pictures use
 * {@link FlowEstimator}, which keeps what it can.
 *
 * @param from `[H,W]`, luma in [0,255].
 * @param to The same.
 *
 * @example
 * ```ts
 * import { opticalFlow } from "lib/dataset/curate/mod.ts";
 * import assert from "node:assert/strict";
 *
 * const still = { width: 16, height: 16, data: new Uint8Array(256).map((_, i) => i * 97) };
 * assert.ok(opticalFlow(still, still).u.every((value) => value === 0));
 * ```
 */
export function opticalFlow(from: Plane, to: Plane): Flow {
  const estimator = new FlowEstimator(from.width, from.height);
  estimator.next(from);
  return estimator.next(to)!;
}

/** The middle of every patch that shows enough; the middles cover all but the border. */
function markCertain(
  patches: Patches,
  certain: Uint8Array,
  width: number,
): void {
  const { columns, rows, xs, ys } = patches;
  certain.fill(0);
  for (let row = 0, index = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++, index++) {
      if (!isCertain(patches, index)) continue;
      for (let y = PATCH / 4; y < PATCH * 3 / 4; y++) {
        const start = (ys[row]! + y) * width + xs[column]! + PATCH / 4;
        certain.fill(1, start, start + PATCH / 2);
      }
    }
  }
}

function unexplained({ residual, variance, shift }: Patches): number {
  let count = 0;
  for (let i = 0; i < residual.length; i++) {
    const expected = EXPLAINED_SHARE * (variance[i]! + FLAT_VARIANCE);
    if (residual[i]! > expected || Math.abs(shift[i]!) > LARGE_SHIFT) count++;
  }
  return count / residual.length;
}
