import { captionOf, type Scene } from "./scene.ts";

/**
 * The clip that everything shows when it is given no video: a red circle and a
 * blue star pass each other before a sunset.
 *
 * @example
 * ```ts
 * import { demoScene, renderClip } from "lib/dataset/synthetic/mod.ts";
 * import assert from "node:assert/strict";
 *
 * const clip = renderClip(demoScene, { frames: 16, height: 64, width: 64, fps: 8 });
 * assert.equal(clip.frames / clip.fps, 2);
 * ```
 */
export const demoScene: Scene = {
  background: "sunset",
  actors: [
    {
      shape: "star",
      colour: "blue",
      motion: "up",
      x: 0.7,
      y: 0.45,
      size: 0.36,
      speed: 0.25,
    },
    {
      shape: "circle",
      colour: "red",
      motion: "right",
      x: 0.45,
      y: 0.68,
      size: 0.34,
      speed: 0.25,
    },
  ],
};

/** What the demo clip shows, in English. */
export const DEMO_CAPTION = `${captionOf(demoScene)} at sunset`;
