import assert from "node:assert/strict";
import { Sprites } from "lib/dataset/synthetic/mod.ts";
import { adherenceOf, phasePrompts } from "lib/evaluation/mod.ts";

Deno.test("adherenceOf() leaves out what a clip cannot show", async () => {
  const prompts = phasePrompts(
    { phase: 1, seed: 1, count: 1 },
    new Sprites(),
  );
  const { labels } = await prompts.at(0);
  const clip = await prompts.realClip(0, {
    frames: 16,
    height: 64,
    width: 64,
    fps: 8,
  });
  const prediction = {
    classes: {
      object: "red circle",
      colour: "red",
      motion: "up",
      camera: "still",
    },
  };
  const two = {
    ...labels,
    subjects: [
      { object: "cat", motion: "up" },
      { object: "dog", motion: "left" },
    ],
  } as const;
  assert.deepEqual(adherenceOf(two, clip, prediction), {
    object: false,
    colour: null,
    motion: null,
    direction: null,
    hue: null,
    "one subject": null,
  });
  const turning = {
    ...labels,
    subjects: [{ object: "red circle", motion: "clockwise" }],
  } as const;
  assert.deepEqual(adherenceOf(turning, clip, prediction), {
    object: true,
    colour: true,
    motion: false,
    direction: null,
    hue: null,
    "one subject": null,
  });
});
