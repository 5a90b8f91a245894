import { CHANNELS, type Clip } from "../../core/mod.ts";
import type { ClipShape } from "../batches/clip_source.ts";
import { applyShine } from "./_light.ts";
import { type Layer, paint } from "./_paint.ts";
import type { Sprites } from "./sprites.ts";
import { stageTake } from "./_stage.ts";
import type { Take } from "./take.ts";

/**
 * Films a take.
 *
 * Frame i shows the moment (i - (T-1)/2) / fps seconds from the middle of the
 * take, so that a higher rate shows more of the same motion. A clip longer than
 * two seconds shows the same ways, slower: its subjects stay in the picture.
 *
 * @returns A clip `[T,H,W,3]`, float32, RGB in [0,1].
 * @throws {RangeError} if a size is not a whole number from 1 up, or the rate
 * not above 0
 *
 * @example
 * ```ts
 * import { clipShape } from "lib/core/mod.ts";
 * import { filmTake, planTake, Sprites } from "lib/dataset/synthetic/mod.ts";
 * import assert from "node:assert/strict";
 *
 * const take = planTake({ seed: 0, phase: 1, split: "train", index: 7 });
 * const shape = { frames: 16, height: 64, width: 64, fps: 8 };
 * assert.deepEqual(clipShape(await filmTake(take, shape, new Sprites())), [16, 64, 64, 3]);
 * ```
 */
export async function filmTake(
  take: Take,
  shape: ClipShape,
  sprites: Sprites,
): Promise<Clip> {
  const { frames, height, width, fps } = shape;
  const { moments } = await stageTake(take, shape, sprites);
  const size = height * width * CHANNELS;
  const data = new Float32Array(new ArrayBuffer(frames * size * 4));
  // What does not move is drawn once.
  const still = countStill(moments.map(({ layers }) => layers));
  const base = { height, width, data: new Float32Array(size) };
  for (const layer of moments[0]!.layers.slice(0, still)) paint(base, layer);
  for (const [i, { layers, shine }] of moments.entries()) {
    const frame = {
      height,
      width,
      data: data.subarray(i * size, (i + 1) * size),
    };
    frame.data.set(base.data);
    for (const layer of layers.slice(still)) paint(frame, layer);
    applyShine(frame, shine);
  }
  return { frames, height, width, fps, data };
}

/** How many layers, from the farthest on, are the same in every frame. */
function countStill(layers: readonly (readonly Layer[])[]): number {
  const [first = [], ...others] = layers;
  const moving = first.findIndex(({ matrix }, n) =>
    others.some((other) => other[n]!.matrix.some((v, k) => v !== matrix[k]))
  );
  return moving < 0 ? first.length : moving;
}
