import assert from "node:assert/strict";
import {
  WORLD3D,
  type World3dConfig,
  World3dExamples,
} from "lib/evaluation/mod.ts";

const TINY: World3dConfig = {
  ...WORLD3D,
  frames: 8,
  size: 32,
  stills: 2,
  still: [8, 8, 8],
  motion: [8, 8, 8],
  features: [8, 8],
};

const plan = {
  network: TINY,
  appearance: { batch: 4, phases: [[1, 1]] },
  motion: { batch: 4, phases: [[1, 0.7], [2, 0.3]] },
  seed: 1,
} satisfies ConstructorParameters<typeof World3dExamples>[0];

Deno.test("World3dExamples gives the batch of a step from its number alone", async () => {
  const clips = await new World3dExamples(plan).clipsAt(5);
  assert.deepEqual(await new World3dExamples(plan).clipsAt(5), clips);
  assert.notDeepEqual(await new World3dExamples(plan).clipsAt(6), clips);
  assert.deepEqual(clips.clips.shape, [4, 8, 32, 32, 3]);
  const pictures = await new World3dExamples(plan).picturesAt(5);
  assert.deepEqual(pictures.pictures.shape, [4, 1, 32, 32, 3]);
  for (
    const target of [
      ...Object.values(clips.targets),
      ...Object.values(pictures.targets),
    ]
  ) {
    const width = target.shape[1]!;
    for (let row = 0; row < 4; row++) {
      const values = [...target.data.subarray(row * width, (row + 1) * width)];
      const sum = values.reduce((a, b) => a + b, 0);
      assert.ok(sum === 0 || Math.abs(sum - 1) < 1e-6, `${sum}`);
    }
  }
});

Deno.test("World3dExamples.oneWay() finds clips whose reverse is another motion", async () => {
  const examples = new World3dExamples(plan);
  const motions = new Set<string>();
  for (const index of examples.oneWay(20)) {
    const { labels } = await examples.heldOut(1, index);
    motions.add(labels.subjects[0]!.motion);
  }
  assert.ok(motions.size > 3);
  const reverse = { right: "left", up: "down", clockwise: "counter-clockwise" };
  for (const [way, back] of Object.entries(reverse)) {
    assert.ok(!motions.has(back), `${way} and ${back}`);
  }
});
