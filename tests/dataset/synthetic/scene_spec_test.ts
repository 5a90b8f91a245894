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
  planTake,
  Sprites,
  type Take,
  truthOf,
} from "lib/dataset/synthetic/mod.ts";

function takesOf(phase: Phase, count: number): Take[] {
  return Array.from(
    { length: count },
    (_, index) => planTake({ seed: 2, phase, split: "train", index }),
  );
}

/** All values of a label, sorted. */
function seen(
  takes: readonly Take[],
  label: (take: Take) => unknown,
): unknown[] {
  return [...new Set(takes.map(label))].sort();
}

Deno.test("planTake() gives plain data that survive JSON, the same for the same name", () => {
  for (const phase of PHASES) {
    const name = { seed: 9, phase, split: "validation", index: 3 } as const;
    const take = planTake(name);
    assert.deepEqual(JSON.parse(JSON.stringify(take)), take);
    assert.deepEqual(planTake(name), take);
  }
});

Deno.test("planTake() labels what is there: the subjects, in their order", () => {
  for (const phase of PHASES) {
    for (const { labels, subjects } of takesOf(phase, 20)) {
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

Deno.test("planTake() of phase 1 reaches every object and motion; one subject, nothing else", () => {
  const takes = takesOf(1, 6000);
  const objects = seen(takes, ({ subjects }) => subjects[0]!.object);
  assert.deepEqual(objects, OBJECT_KINDS.map(({ id }) => id).sort());
  const motions = seen(takes, ({ subjects }) => subjects[0]!.motion);
  assert.deepEqual(motions, [...MOTION_IDS].sort());
  for (const { labels, subjects, scenery } of takes) {
    assert.equal(subjects.length, 1);
    assert.deepEqual(
      [labels.camera, labels.angle, labels.weather, labels.light],
      ["still", "level", "clear", "day"],
    );
    assert.deepEqual([scenery.kind, scenery.post], ["wall", undefined]);
  }
});

Deno.test("planTake() grows harder from phase to phase, and phase 5 has it all", () => {
  const two = takesOf(2, 400);
  assert.deepEqual(seen(two, ({ subjects }) => subjects.length), [2, 3]);
  assert.deepEqual(
    seen(two, ({ labels }) => labels.camera),
    Object.keys(CAMERA_MOVES).sort(),
  );
  const three = takesOf(3, 400);
  assert.deepEqual(seen(three, ({ scenery }) => scenery.kind), [
    "land",
    "wall",
  ]);
  assert.ok(three.some(({ scenery }) => scenery.post !== undefined));
  assert.ok(three.some(({ subjects }) => subjects[0]!.swing !== 0));
  const speed = (takes: readonly Take[]): number =>
    Math.max(
      ...takes.flatMap(({ subjects }) =>
        subjects.filter(({ motion }) => motion === "right")
          .map(({ speed }) => speed)
      ),
    );
  assert.ok(speed(three) > 1.5 * speed(two));
  for (const takes of [takesOf(4, 400), takesOf(5, 400)]) {
    assert.deepEqual(
      seen(takes, ({ labels }) => labels.angle),
      Object.keys(ANGLES).sort(),
    );
    assert.deepEqual(
      seen(takes, ({ labels }) => labels.weather),
      Object.keys(WEATHERS).sort(),
    );
    assert.deepEqual(
      seen(takes, ({ labels }) => labels.light),
      Object.keys(LIGHTS).sort(),
    );
  }
});

Deno.test("planTake() shows most of every subject half-way, in every phase", async () => {
  const sprites = new Sprites();
  const shape = { frames: 1, height: 64, width: 64, fps: 8 };
  for (const phase of PHASES) {
    let [shown, all] = [0, 0];
    for (const take of takesOf(phase, 40)) {
      const { subjects: [subjects] } = await truthOf(take, shape, sprites);
      for (const { visibility } of subjects!) {
        all++;
        if (visibility > 0.4) shown++;
      }
    }
    // Things hide behind each other and behind posts, in phase 3 most of all.
    assert.ok(
      shown / all > (phase === 1 ? 0.99 : 0.8),
      `phase ${phase}: ${shown} of ${all}`,
    );
  }
});
