import type { SceneSpec } from "./scene_spec.ts";

const STILL = { depth: 0, yawRate: 0 };

/**
 * The scene of the demo and of examples: a blue heart moves up and a red circle
 * moves right before a sunset.
 *
 * @example
 * ```ts
 * import { caption } from "lib/dataset/captions/mod.ts";
 * import { demoScene, renderScene } from "lib/dataset/synthetic/mod.ts";
 * import assert from "node:assert/strict";
 *
 * const clip = await renderScene(demoScene, { frames: 16, height: 64, width: 64, fps: 8 });
 * assert.equal(clip.frames / clip.fps, 2);
 * assert.equal(
 *   await caption(demoScene.labels, "en"),
 *   "a blue heart moves up and a red circle moves right",
 * );
 * ```
 */
export const demoScene: SceneSpec = {
  labels: {
    phase: 2,
    subjects: [
      { object: "blue heart", motion: "up" },
      { object: "red circle", motion: "right" },
    ],
    camera: "still",
    angle: "level",
    weather: "clear",
    light: "day",
  },
  scenery: {
    kind: "wall",
    colours: ["#3b2c5e", "#b0526a", "#f2a65e"],
    angle: Math.PI / 2,
    pattern: "plain",
    extent: 1,
    seed: 0,
  },
  camera: { move: "still", speed: 0, roll: 0, pitch: 0 },
  subjects: [
    {
      ...STILL,
      object: "blue heart",
      motion: "up",
      x: 0.2,
      y: -0.05,
      size: 0.36,
      speed: 0.25,
    },
    {
      ...STILL,
      object: "red circle",
      motion: "right",
      x: -0.05,
      y: 0.18,
      size: 0.34,
      speed: 0.25,
    },
  ],
  effectsSeed: 0,
};
