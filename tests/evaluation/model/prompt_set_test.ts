import assert from "node:assert/strict";
import { Sprites } from "lib/dataset/synthetic/mod.ts";
import { MOVING_SHAPES, promptsFor, takesShowing } from "lib/evaluation/mod.ts";

Deno.test("takesShowing() finds held-out takes of phase 1 of each subject, none twice", () => {
  const takes = takesShowing(MOVING_SHAPES, 100, 1);
  for (const [i, { labels }] of takes.entries()) {
    const { subjects, camera, weather, light } = labels;
    assert.deepEqual(subjects, [MOVING_SHAPES[i % MOVING_SHAPES.length]]);
    assert.deepEqual([camera, weather, light], ["still", "clear", "day"]);
  }
  assert.equal(new Set(takes).size, 100);
  assert.equal(MOVING_SHAPES.length, 72);
});

Deno.test("promptsFor() takes turns of forms, so that no form belongs to a way", async () => {
  const takes = takesShowing(MOVING_SHAPES, 8, 1);
  const set = promptsFor(
    takes,
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
