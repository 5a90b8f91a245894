import assert from "node:assert/strict";
import { Sprites } from "lib/dataset/synthetic/mod.ts";
import {
  MOVING_SHAPES,
  promptsFor,
  scenesShowing,
} from "lib/evaluation/mod.ts";

Deno.test("scenesShowing() finds held-out scenes of phase 1 of each subject, none twice", () => {
  const scenes = scenesShowing(MOVING_SHAPES, 100, 1);
  for (const [i, { labels }] of scenes.entries()) {
    const { subjects, camera, weather, light } = labels;
    assert.deepEqual(subjects, [MOVING_SHAPES[i % MOVING_SHAPES.length]]);
    assert.deepEqual([camera, weather, light], ["still", "clear", "day"]);
  }
  assert.equal(new Set(scenes).size, 100);
  assert.equal(MOVING_SHAPES.length, 72);
});

Deno.test("promptsFor() scenes turns of forms, so that no form belongs to a way", async () => {
  const scenes = scenesShowing(MOVING_SHAPES, 8, 1);
  const set = promptsFor(
    scenes,
    { language: "en", forms: ["sentence", "names"] },
    new Sprites(),
  );
  const prompts = [];
  for (let i = 0; i < 8; i++) prompts.push((await set.at(i)).prompt);
  assert.deepEqual(prompts, [
    "a red circle moves right",
    "a red circle moves left",
    "a red circle moves up",
    "a red circle moves down",
    "orange circle, right arrow",
    "orange circle, left arrow",
    "orange circle, up arrow",
    "orange circle, down arrow",
  ]);
});
