import assert from "node:assert/strict";
import { Rng } from "lib/core/mod.ts";
import {
  BACKGROUNDS,
  captionOf,
  COLOURS,
  DEMO_CAPTION,
  MOTIONS,
  sampleScene,
  sceneAt,
  SHAPES,
} from "lib/dataset/synthetic/mod.ts";

Deno.test("sampleScene() gives the same scene for the same seed", () => {
  assert.deepEqual(sampleScene(new Rng(3)), sampleScene(new Rng(3)));
  assert.notDeepEqual(sampleScene(new Rng(3)), sampleScene(new Rng(4)));
});

Deno.test("sampleScene() reaches every shape, colour and motion about as often", () => {
  const rng = new Rng(0);
  const counts = new Map<string, number>();
  const samples = 2000;
  for (let i = 0; i < samples; i++) {
    const { background, actors: [actor] } = sampleScene(rng);
    for (
      const label of [background, actor!.shape, actor!.colour, actor!.motion]
    ) {
      counts.set(label, (counts.get(label) ?? 0) + 1);
    }
  }
  const labels = [SHAPES, Object.keys(COLOURS), Object.keys(MOTIONS)] as const;
  for (const list of labels) {
    for (const label of list) {
      const share = (counts.get(label) ?? 0) / samples * list.length;
      assert.ok(
        share > 0.75 && share < 1.25,
        `${label}: ${share} of its share`,
      );
    }
  }
  const backgrounds = Object.keys(BACKGROUNDS).filter((name) =>
    counts.has(name)
  );
  assert.deepEqual(backgrounds, ["dusk", "fog", "meadow", "sand", "sea"]);
});

Deno.test("sceneAt() does not depend on what was asked before", () => {
  const forwards = [0, 1, 2].map((i) => sceneAt(9, i));
  const backwards = [2, 1, 0].map((i) => sceneAt(9, i)).reverse();
  assert.deepEqual(forwards, backwards);
  assert.notDeepEqual(sceneAt(9, 0), sceneAt(9, 1));
  assert.notDeepEqual(sceneAt(9, 0), sceneAt(10, 0));
});

Deno.test("sceneAt() gives plain data that survive JSON", () => {
  const scene = sceneAt(0, 0);
  assert.deepEqual(JSON.parse(JSON.stringify(scene)), scene);
});

Deno.test("captionOf() says colour, shape and motion", () => {
  const at = { x: 0.5, y: 0.5, size: 0.3, speed: 0.3 };
  assert.equal(
    captionOf({
      background: "sea",
      actors: [{ shape: "circle", colour: "orange", motion: "growing", ...at }],
    }),
    "an orange circle grows",
  );
  assert.equal(
    captionOf({
      background: "sea",
      actors: [
        { shape: "star", colour: "red", motion: "down", ...at },
        { shape: "square", colour: "pink", motion: "still", ...at },
      ],
    }),
    "a red star moves down and a pink square stays still",
  );
});

Deno.test("DEMO_CAPTION says what the demo scene shows", () => {
  assert.equal(
    DEMO_CAPTION,
    "a blue star moves up and a red circle moves right at sunset",
  );
});
