import type { ClipShape } from "../batches/clip_source.ts";
import type { Layer } from "./_compositing.ts";
import { areaScale, type Homography, inverse, project } from "./_homography.ts";
import type { Corner } from "./_hull.ts";
import { type FrameLayout, layOutScene } from "./_layout.ts";
import type { SceneSpec } from "./scene_spec.ts";
import type { Sprites } from "./sprites.ts";

/** The ground truth of one subject in one frame. */
export interface SubjectTruth {
  /**
   * Bounding box of the whole subject, visible or not: left, top, right and
   * bottom in pixels; it may exceed the frame.
   */
  readonly box: readonly [number, number, number, number];
  /**
   * Share of its pixels that are in the frame and not occluded, in [0,1]. Weather
   * and darkness do not occlude.
   */
  readonly visibility: number;
}

/** The ground truth of a clip. */
export interface GroundTruth {
  /** By frame, by subject of the scene. */
  readonly subjects: readonly (readonly SubjectTruth[])[];
  /** `[T,H,W]`, the index of the subject at each pixel; -1 for scenery. */
  readonly segmentation: Int8Array;
  /**
   * Optical flow to the next frame, `[T-1,H,W,2]`, pixels to the right and down;
   * also of pixels that are occluded there.
   */
  readonly flow: Float32Array;
}

/**
 * Computes boxes, visibility, segmentation and optical flow of a scene. A pixel
 * belongs to the front layer whose alpha at its centre is 0.5 or more.
 *
 * @example
 * ```ts
 * import { groundTruth, sceneSpec, Sprites } from "lib/dataset/synthetic/mod.ts";
 * import assert from "node:assert/strict";
 *
 * const scene = sceneSpec({ seed: 0, phase: 1, split: "train", index: 7 });
 * const shape = { frames: 3, height: 64, width: 64, fps: 8 };
 * const { subjects, flow } = await groundTruth(scene, shape, new Sprites());
 * assert.equal(subjects[0]![0]!.visibility, 1);
 * assert.equal(flow.length, 2 * 64 * 64 * 2);
 * ```
 */
export async function groundTruth(
  scene: SceneSpec,
  shape: ClipShape,
  sprites: Sprites,
): Promise<GroundTruth> {
  const { frames, height, width } = shape;
  const pixels = height * width;
  const layout = await layOutScene(scene, shape, sprites);
  const segmentation = new Int8Array(frames * pixels).fill(-1);
  const flow = new Float32Array((frames - 1) * pixels * 2);
  const subjects = layout.frames.map((frame, i) => {
    const objects = objectsOf(frame);
    const next = layout.frames[i + 1];
    const nextObjects = next && objectsOf(next);
    const visible = scene.subjects.map(() => 0);
    for (let y = 0; y < height; y++) {
      for (let x = 0; x < width; x++) {
        const [px, py] = [x + 0.5, y + 0.5];
        const n = objects.findIndex((object) => covers(object, px, py));
        if (n < 0) continue;
        const at = y * width + x;
        const { subject } = objects[n]!.layer;
        if (subject !== undefined) {
          segmentation[i * pixels + at] = subject;
          visible[subject]!++;
        }
        const target = nextObjects &&
          move(objects[n]!.fromPixels, nextObjects[n]!.layer.toPixels, px, py);
        if (target === undefined) continue;
        flow[(i * pixels + at) * 2] = target[0] - px;
        flow[(i * pixels + at) * 2 + 1] = target[1] - py;
      }
    }
    return layout.sprites.map(({ hull }, n): SubjectTruth => {
      const object = objects.find(({ layer }) => layer.subject === n)!;
      const box = boxOf(hull, object.layer.toPixels);
      const all = countPixels(object, box);
      return {
        box,
        visibility: all === 0 ? 0 : Math.min(1, visible[n]! / all),
      };
    });
  });
  return { subjects, segmentation, flow };
}

/** A layer other than weather. */
interface LayerObject {
  readonly layer: Layer;
  /** Maps pixels to its texture. */
  readonly fromPixels: Homography;
  /** The level with about one texel per pixel. */
  readonly level: Layer["texture"]["levels"][number];
}

/** The nearest first. */
function objectsOf({ layers }: FrameLayout): LayerObject[] {
  return layers.filter(({ isWeather }) => !isWeather).map((layer) => {
    const { levels } = layer.texture;
    const { width, height } = levels[0]!;
    const texels = width * height / areaScale(layer.toPixels, 0.5, 0.5);
    const detail = Math.round(Math.log2(texels) / 2);
    return {
      layer,
      fromPixels: inverse(layer.toPixels),
      level: levels[Math.min(Math.max(detail, 0), levels.length - 1)]!,
    };
  }).reverse();
}

function covers(
  { layer, fromPixels, level }: LayerObject,
  x: number,
  y: number,
): boolean {
  const place = project(fromPixels, x, y);
  if (place === undefined) return false;
  const [s, t] = place;
  if (s < 0 || s >= 1 || t < 0 || t >= 1) return layer.clamps;
  const { width, height, data } = level;
  const texel = Math.floor(t * height) * width + Math.floor(s * width);
  return data[texel * 4 + 3]! >= 128;
}

/** The position of a pixel in the next frame. */
function move(
  fromPixels: Homography,
  next: Homography,
  x: number,
  y: number,
): [number, number] | undefined {
  const place = project(fromPixels, x, y);
  return place && project(next, ...place);
}

function boxOf(
  hull: readonly Corner[],
  toPixels: Homography,
): [number, number, number, number] {
  const corners = hull.flatMap(([s, t]) => {
    const corner = project(toPixels, s, t);
    return corner === undefined ? [] : [corner];
  });
  const [xs, ys] = [corners.map(([x]) => x), corners.map(([, y]) => y)];
  return [Math.min(...xs), Math.min(...ys), Math.max(...xs), Math.max(...ys)];
}

/** The number of pixels that an object covers, in the frame or not. */
function countPixels(
  object: LayerObject,
  [left, top, right, bottom]: readonly [number, number, number, number],
): number {
  let count = 0;
  for (let y = Math.floor(top) + 0.5; y < bottom; y++) {
    for (let x = Math.floor(left) + 0.5; x < right; x++) {
      if (covers(object, x, y)) count++;
    }
  }
  return count;
}
