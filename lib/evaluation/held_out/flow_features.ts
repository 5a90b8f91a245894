import type { Clip } from "../../core/mod.ts";
import { medianFlow, type OpticalFlow, opticalFlow } from "../optical_flow.ts";

/** Spans of time of which each has its own features. */
const SPANS = 3;

/** The upper and the lower half of the picture, which move unlike when a camera turns on the ground. */
const HALVES = [
  { left: 0, top: 0, right: 1, bottom: 0.5 },
  { left: 0, top: 0.5, right: 1, bottom: 1 },
] as const;

/**
 * Which way the picture of a clip goes, as features: the median optical flow to
 * the right and down, of three spans of time, in the upper and the lower half of
 * the picture; in widths or heights a second. Zero where nothing has texture.
 *
 * @throws {InputError} if it has fewer than 2 frames
 *
 * @example
 * ```ts
 * import { flowFeatures } from "lib/evaluation/mod.ts";
 * import assert from "node:assert/strict";
 *
 * const [frames, height, width, fps] = [4, 32, 32, 8];
 * const still = { frames, height, width, fps, data: new Float32Array(frames * height * width * 3) };
 * assert.deepEqual(flowFeatures(still), new Array(12).fill(0));
 * ```
 */
export function flowFeatures(clip: Clip): number[] {
  const flow = opticalFlow(clip);
  const spans = Math.min(SPANS, flow.frames);
  return Array.from({ length: SPANS }, (_, i) => {
    const span = Math.min(i, spans - 1);
    const own = framesOf(
      flow,
      Math.floor(span * flow.frames / spans),
      Math.floor((span + 1) * flow.frames / spans),
    );
    return HALVES.flatMap((half) => {
      const [x, y] = medianFlow(own, half) ?? [0, 0];
      return [x * clip.fps / clip.width, y * clip.fps / clip.height];
    });
  }).flat();
}

/** The flow of some pairs of frames alone. */
function framesOf(flow: OpticalFlow, from: number, to: number): OpticalFlow {
  const size = flow.height * flow.width;
  return {
    ...flow,
    frames: to - from,
    data: flow.data.subarray(2 * from * size, 2 * to * size),
    texture: flow.texture.subarray(from * size, to * size),
  };
}
