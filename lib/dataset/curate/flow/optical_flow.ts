import { hasTexture, zeroPlainBackground } from "./_background.ts";
import {
  type DenseLevel,
  denseLevel,
  densify,
  initPatches,
} from "./_densify.ts";
import {
  layPatches,
  PATCH,
  type Patches,
  searchPatches,
} from "./_patch_search.ts";
import { Pyramid } from "./_pyramid.ts";
import type { Plane } from "./plane.ts";

/** The displacement of every pixel from one frame to the next. */
export interface Flow {
  /** Pixels, W. */
  readonly width: number;
  /** Pixels, H. */
  readonly height: number;
  /** `[H,W]`, pixels to the right. */
  readonly u: Float32Array;
  /** `[H,W]`, pixels down. */
  readonly v: Float32Array;
  /** `[H,W]`, 1 where the frame has enough texture to measure motion. */
  readonly textured: Uint8Array;
  /**
   * Share of the frame, in [0,1], without a match in the next: small under
   * motion, nearly 1 at a cut; independent of brightness.
   */
  readonly unmatched: number;
}

/** Shorter side of the coarsest level, pixels. */
const SMALLEST_SIDE = 12;

/** Largest number of steps of a patch, at the coarser levels and at the finest. */
const COARSE_ITERATIONS = 16;
const FINE_ITERATIONS = 6;

/** A patch is matched if its residual is below this share of its variance. */
const MATCHED_SHARE = 0.5;
/** Variance of a flat patch by noise and coding, luma squared. */
const FLAT_VARIANCE = 30;
/** Largest change of luma between two frames that light alone causes. */
const LARGE_SHIFT = 40;

/**
 * Estimates the optical flow from each frame to the next by dense inverse
 * search (Kroeger et al. 2016, arXiv 1603.03590): mean-normalised patches of
 * 8x8 on a pyramid whose coarsest level has a shorter side of 12 pixels or
 * more, without the variational refinement. Plain background that touches the
 * border of the frame has zero flow.
 *
 * The buffers and the pyramid of the last frame are reused, so that a video
 * costs one pyramid and one search per frame.
 *
 * @example
 * ```ts
 * import { FlowEstimator } from "lib/dataset/curate/flow/optical_flow.ts";
 * import type { Plane } from "lib/dataset/curate/mod.ts";
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
 * assert.equal(estimator.next(blob(20)), undefined); // the first frame
 * const flow = estimator.next(blob(23))!;
 * assert.ok(Math.abs(flow.u[16 * 48 + 20]! - 3) < 0.2);
 * assert.ok(flow.unmatched < 0.05);
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
  readonly #textured: Uint8Array;

  /**
   * @param width Width of every frame, pixels, 8 or more.
   * @param height Height of every frame, pixels, 8 or more.
   * @throws {RangeError} if a side is less than 8 pixels
   */
  constructor(width: number, height: number) {
    if (!(Math.min(width, height) >= PATCH)) {
      throw new RangeError(
        `Cannot estimate flow: frames must be at least ${PATCH}x${PATCH}: ` +
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
    this.#textured = new Uint8Array(width * height);
  }

  /** Drops the last frame: the next one begins a new video. */
  restart(): void {
    this.#started = false;
  }

  /**
   * Computes the flow from the previous frame to this one.
   *
   * @returns undefined for the first frame. The next call overwrites the arrays.
   */
  next(frame: Plane): Flow | undefined {
    const { width, height } = this;
    if (frame.width !== width || frame.height !== height) {
      throw new RangeError(
        `Cannot estimate flow: frames must be ${width}x${height}: ` +
          `current size is ${frame.width}x${frame.height}`,
      );
    }
    [this.#before, this.#after] = [this.#after, this.#before];
    this.#after.fill(frame);
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
      } else initPatches(this.#dense[i + 1]!, patches);
      const iterations = i === 0 ? FINE_ITERATIONS : COARSE_ITERATIONS;
      searchPatches(from, to, patches, iterations);
      if (i === 0) zeroPlainBackground(from, to, patches);
      densify(from, to, patches, this.#dense[i]!);
    }
    const { u, v } = this.#dense[0]!;
    const patches = this.#patches[0]!;
    const textured = this.#textured;
    markTextured(patches, textured, width);
    return { width, height, u, v, textured, unmatched: unmatched(patches) };
  }
}

/**
 * The optical flow from one frame to another, by their luma alone: fast enough for
 * whole videos, where `opticalFlow` of `lib/evaluation` also sees colours that
 * are equally light. For more than two frames, {@link FlowEstimator} is faster.
 *
 * @param from `[H,W]`, luma in [0,255].
 * @param to `[H,W]`, luma in [0,255].
 *
 * @example
 * ```ts
 * import { lumaFlow } from "lib/dataset/curate/mod.ts";
 * import assert from "node:assert/strict";
 *
 * const still = { width: 16, height: 16, data: new Uint8Array(256).map((_, i) => i * 97) };
 * assert.ok(lumaFlow(still, still).u.every((value) => value === 0));
 * ```
 */
export function lumaFlow(from: Plane, to: Plane): Flow {
  const estimator = new FlowEstimator(from.width, from.height);
  estimator.next(from);
  return estimator.next(to)!;
}

/** Marks the middle of every textured patch; the middles cover all but the border. */
function markTextured(
  patches: Patches,
  textured: Uint8Array,
  width: number,
): void {
  const { columns, rows, xs, ys } = patches;
  textured.fill(0);
  for (let row = 0, index = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++, index++) {
      if (!hasTexture(patches, index)) continue;
      for (let y = PATCH / 4; y < PATCH * 3 / 4; y++) {
        const start = (ys[row]! + y) * width + xs[column]! + PATCH / 4;
        textured.fill(1, start, start + PATCH / 2);
      }
    }
  }
}

function unmatched({ residual, variance, shift }: Patches): number {
  let count = 0;
  for (let i = 0; i < residual.length; i++) {
    const expected = MATCHED_SHARE * (variance[i]! + FLAT_VARIANCE);
    if (residual[i]! > expected || Math.abs(shift[i]!) > LARGE_SHIFT) count++;
  }
  return count / residual.length;
}
