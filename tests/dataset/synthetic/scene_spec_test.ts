import assert from "node:assert/strict";
import {
  ANGLES,
  CAMERA_MOVES,
  LIGHTS,
  MOTION_IDS,
  OBJECT_KINDS,
  type Phase,
  PHASES,
  WEATHERS,
} from "lib/dataset/vocabulary/mod.ts";
import {
  groundTruth,
  type SceneSpec,
  sceneSpec,
  Sprites,
} from "lib/dataset/synthetic/mod.ts";

function scenesOf(phase: Phase, count: number): SceneSpec[] {
  return Array.from(
    { length: count },
    (_, index) => sceneSpec({ seed: 2, phase, split: "train", index }),
  );
}

/** All values of a label, sorted. */
function seen(
  scenes: readonly SceneSpec[],
  label: (scene: SceneSpec) => unknown,
): unknown[] {
  return [...new Set(scenes.map(label))].sort();
}

Deno.test("sceneSpec() returns plain data, equal for equal keys", () => {
  for (const phase of PHASES) {
    const key = { seed: 9, phase, split: "validation", index: 3 } as const;
    const scene = sceneSpec(key);
    assert.deepEqual(JSON.parse(JSON.stringify(scene)), scene);
    assert.deepEqual(sceneSpec(key), scene);
  }
});

Deno.test("sceneSpec() labels the subjects in their order", () => {
  for (const phase of PHASES) {
    for (const { labels, subjects } of scenesOf(phase, 20)) {
      assert.equal(labels.phase, phase);
      assert.deepEqual(
        labels.subjects,
        subjects.map(({ object, motion }) => ({ object, motion })),
      );
      const objects = subjects.map(({ object }) => object);
      assert.equal(new Set(objects).size, objects.length);
    }
  }
});

Deno.test("sceneSpec() covers every object and motion in phase 1, one at a time", () => {
  const scenes = scenesOf(1, 6000);
  const objects = seen(scenes, ({ subjects }) => subjects[0]!.object);
  assert.deepEqual(objects, OBJECT_KINDS.map(({ id }) => id).sort());
  const motions = seen(scenes, ({ subjects }) => subjects[0]!.motion);
  assert.deepEqual(motions, [...MOTION_IDS].sort());
  for (const { labels, subjects, scenery } of scenes) {
    assert.equal(subjects.length, 1);
    assert.deepEqual(
      [labels.camera, labels.angle, labels.weather, labels.light],
      ["still", "level", "clear", "day"],
    );
    assert.deepEqual([scenery.kind, scenery.post], ["wall", undefined]);
  }
});

Deno.test("sceneSpec() adds properties from phase to phase, all in phase 5", () => {
  const two = scenesOf(2, 400);
  assert.deepEqual(seen(two, ({ subjects }) => subjects.length), [2, 3]);
  assert.deepEqual(
    seen(two, ({ labels }) => labels.camera),
    Object.keys(CAMERA_MOVES).sort(),
  );
  const three = scenesOf(3, 400);
  assert.deepEqual(seen(three, ({ scenery }) => scenery.kind), [
    "land",
    "wall",
  ]);
  assert.ok(three.some(({ scenery }) => scenery.post !== undefined));
  assert.ok(three.some(({ subjects }) => subjects[0]!.yawRate !== 0));
  const speed = (scenes: readonly SceneSpec[]): number =>
    Math.max(
      ...scenes.flatMap(({ subjects }) =>
        subjects.filter(({ motion }) => motion === "right")
          .map(({ speed }) => speed)
      ),
    );
  assert.ok(speed(three) > 1.5 * speed(two));
  for (const scenes of [scenesOf(4, 400), scenesOf(5, 400)]) {
    assert.deepEqual(
      seen(scenes, ({ labels }) => labels.angle),
      Object.keys(ANGLES).sort(),
    );
    assert.deepEqual(
      seen(scenes, ({ labels }) => labels.weather),
      Object.keys(WEATHERS).sort(),
    );
    assert.deepEqual(
      seen(scenes, ({ labels }) => labels.light),
      Object.keys(LIGHTS).sort(),
    );
  }
});

Deno.test("sceneSpec() keeps most subjects visible in the middle of the scene", async () => {
  const sprites = new Sprites();
  const shape = { frames: 1, height: 64, width: 64, fps: 8 };
  for (const phase of PHASES) {
    let [shown, all] = [0, 0];
    for (const scene of scenesOf(phase, 40)) {
      const { subjects: [subjects] } = await groundTruth(scene, shape, sprites);
      for (const { visibility } of subjects!) {
        all++;
        if (visibility > 0.4) shown++;
      }
    }
    // Subjects occlude each other and posts occlude them, most in phase 3.
    assert.ok(
      shown / all > (phase === 1 ? 0.99 : 0.8),
      `phase ${phase}: ${shown} of ${all}`,
    );
  }
});
