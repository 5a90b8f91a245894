import type { ClipShape } from "../batches/clip_source.ts";
import type { Layer } from "./_paint.ts";
import { enlargement, inverse, type Matrix, project } from "./_projection.ts";
import type { Corner } from "./_hull.ts";
import type { Sprites } from "./sprites.ts";
import { type Moment, stageTake } from "./_stage.ts";
import type { Take } from "./take.ts";

/** What is true of one subject in one frame. */
export interface SubjectTruth {
  /**
   * The box round all of it, seen or not: left, top, right and bottom, in
   * pixels; it may reach out of the picture.
   */
  readonly box: readonly [number, number, number, number];
  /**
   * Share of its pixels that are in the picture and not behind something else,
   * in [0,1]. Weather and darkness hide nothing.
   */
  readonly visibility: number;
}

/** What is true of a clip, from the same planes that it was drawn from. */
export interface Truth {
  /** Of each frame, of each of the take's subjects. */
  readonly subjects: readonly (readonly SubjectTruth[])[];
  /** Which subject each pixel shows, or -1 for the scenery: `[T,H,W]`. */
  readonly owner: Int8Array;
  /**
   * Where what a pixel shows is in the next frame: `[T-1,H,W,2]`, in pixels to
   * the right and down; of what is hidden there as well.
   */
  readonly flow: Float32Array;
}

/**
 * Boxes, visibility and optical flow of a take.
 *
 * Pixels belong to what covers their centre by half or more.
 *
 * @example
 * ```ts
 * import { planTake, Sprites, truthOf } from "lib/dataset/synthetic/mod.ts";
 * import assert from "node:assert/strict";
 *
 * const take = planTake({ seed: 0, phase: 1, split: "train", index: 7 });
 * const shape = { frames: 3, height: 64, width: 64, fps: 8 };
 * const { subjects, flow } = await truthOf(take, shape, new Sprites());
 * assert.equal(subjects[0]![0]!.visibility, 1);
 * assert.equal(flow.length, 2 * 64 * 64 * 2);
 * ```
 */
export async function truthOf(
  take: Take,
  shape: ClipShape,
  sprites: Sprites,
): Promise<Truth> {
  const { frames, height, width } = shape;
  const pixels = height * width;
  const stage = await stageTake(take, shape, sprites);
  const owner = new Int8Array(frames * pixels).fill(-1);
  const flow = new Float32Array((frames - 1) * pixels * 2);
  const subjects = stage.moments.map((moment, i) => {
    const things = thingsOf(moment);
    const next = stage.moments[i + 1];
    const nextThings = next && thingsOf(next);
    const seen = take.subjects.map(() => 0);
    for (let y = 0; y < height; y++) {
      for (let x = 0; x < width; x++) {
        const [px, py] = [x + 0.5, y + 0.5];
        const n = things.findIndex((thing) => covers(thing, px, py));
        if (n < 0) continue;
        const at = y * width + x;
        const { subject } = things[n]!.layer;
        if (subject !== undefined) {
          owner[i * pixels + at] = subject;
          seen[subject]!++;
        }
        const there = nextThings &&
          moved(things[n]!.back, nextThings[n]!.layer.matrix, px, py);
        if (there === undefined) continue;
        flow[(i * pixels + at) * 2] = there[0] - px;
        flow[(i * pixels + at) * 2 + 1] = there[1] - py;
      }
    }
    return stage.sprites.map(({ hull }, n): SubjectTruth => {
      const thing = things.find(({ layer }) => layer.subject === n)!;
      const box = boxOf(hull, thing.layer.matrix);
      const all = countAll(thing, box);
      return { box, visibility: all === 0 ? 0 : Math.min(1, seen[n]! / all) };
    });
  });
  return { subjects, owner, flow };
}

/** A layer that is a thing, ready to be asked. */
interface Thing {
  readonly layer: Layer;
  /** From pixels to its square. */
  readonly back: Matrix;
  /** Its texture at about one texel to a pixel. */
  readonly level: Layer["texture"]["levels"][number];
}

/** The nearest first. */
function thingsOf({ layers }: Moment): Thing[] {
  return layers.filter(({ veil }) => !veil).map((layer) => {
    const { levels } = layer.texture;
    const { width, height } = levels[0]!;
    const texels = width * height / enlargement(layer.matrix, 0.5, 0.5);
    const detail = Math.round(Math.log2(texels) / 2);
    return {
      layer,
      back: inverse(layer.matrix),
      level: levels[Math.min(Math.max(detail, 0), levels.length - 1)]!,
    };
  }).reverse();
}

function covers({ layer, back, level }: Thing, x: number, y: number): boolean {
  const place = project(back, x, y);
  if (place === undefined) return false;
  const [s, t] = place;
  if (s < 0 || s >= 1 || t < 0 || t >= 1) return layer.endless;
  const { width, height, data } = level;
  const texel = Math.floor(t * height) * width + Math.floor(s * width);
  return data[texel * 4 + 3]! >= 128;
}

/** Where a pixel of one frame is in the next. */
function moved(
  back: Matrix,
  next: Matrix,
  x: number,
  y: number,
): [number, number] | undefined {
  const place = project(back, x, y);
  return place && project(next, ...place);
}

function boxOf(
  hull: readonly Corner[],
  matrix: Matrix,
): [number, number, number, number] {
  const corners = hull.flatMap(([s, t]) => {
    const corner = project(matrix, s, t);
    return corner === undefined ? [] : [corner];
  });
  const [xs, ys] = [corners.map(([x]) => x), corners.map(([, y]) => y)];
  return [Math.min(...xs), Math.min(...ys), Math.max(...xs), Math.max(...ys)];
}

/** Pixels that a thing covers, in the picture or not. */
function countAll(
  thing: Thing,
  [left, top, right, bottom]: readonly [number, number, number, number],
): number {
  let count = 0;
  for (let y = Math.floor(top) + 0.5; y < bottom; y++) {
    for (let x = Math.floor(left) + 0.5; x < right; x++) {
      if (covers(thing, x, y)) count++;
    }
  }
  return count;
}
