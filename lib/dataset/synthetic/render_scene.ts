import { CHANNELS, type Clip } from "../../core/mod.ts";
import type { ClipShape } from "../batches/clip_source.ts";
import { composite, type Layer } from "./_compositing.ts";
import { layOutScene } from "./_layout.ts";
import { applyLighting } from "./_light.ts";
import type { SceneSpec } from "./scene_spec.ts";
import { Sprites } from "./sprites.ts";

/**
 * Renders a scene.
 *
 * Frame i shows the time (i - (T-1)/2) / fps seconds from the middle of the
 * scene, so that a higher rate samples the same motion more often. A clip longer
 * than two seconds slows the motion down: its subjects stay in the frame.
 *
 * @param sprites A cache to share between scenes.
 * @returns A clip `[T,H,W,3]`, float32, RGB in [0,1].
 * @throws {RangeError} if a size is not a whole number from 1 up, or the rate
 * not above 0
 *
 * @example
 * ```ts
 * import { clipShape } from "lib/core/mod.ts";
 * import { renderScene, sceneSpec } from "lib/dataset/synthetic/mod.ts";
 * import assert from "node:assert/strict";
 *
 * const scene = sceneSpec({ seed: 0, phase: 1, split: "train", index: 7 });
 * const shape = { frames: 16, height: 64, width: 64, fps: 8 };
 * assert.deepEqual(clipShape(await renderScene(scene, shape)), [16, 64, 64, 3]);
 * ```
 */
export async function renderScene(
  scene: SceneSpec,
  shape: ClipShape,
  sprites: Sprites = new Sprites(),
): Promise<Clip> {
  const { frames, height, width, fps } = shape;
  const layout = await layOutScene(scene, shape, sprites);
  const size = height * width * CHANNELS;
  const data = new Float32Array(new ArrayBuffer(frames * size * 4));
  // Static layers behind all moving ones are drawn once.
  const still = countStatic(layout.frames.map(({ layers }) => layers));
  const base = { height, width, data: new Float32Array(size) };
  for (const layer of layout.frames[0]!.layers.slice(0, still)) {
    composite(base, layer);
  }
  for (const [i, { layers, lighting }] of layout.frames.entries()) {
    const frame = {
      height,
      width,
      data: data.subarray(i * size, (i + 1) * size),
    };
    frame.data.set(base.data);
    for (const layer of layers.slice(still)) composite(frame, layer);
    applyLighting(frame, lighting);
  }
  return { frames, height, width, fps, data };
}

/** The number of layers, from the back, that are equal in all frames. */
function countStatic(frames: readonly (readonly Layer[])[]): number {
  const [first = [], ...others] = frames;
  const moving = first.findIndex(({ toPixels }, n) =>
    others.some((other) => other[n]!.toPixels.some((v, k) => v !== toPixels[k]))
  );
  return moving < 0 ? first.length : moving;
}
