import assert from "node:assert/strict";
import { openDevice } from "lib/compiler/mod.ts";
import { isNdArray, leavesOf, Rng, silentProgress } from "lib/core/mod.ts";
import { initWorld3d, type World3dConfig } from "lib/evaluation/mod.ts";
import { writeCard } from "lib/recipes/world3d/card.ts";
import { disturb } from "lib/recipes/world3d/disturb.ts";
import { answersOf, World3dExamples } from "lib/recipes/world3d/examples.ts";
import { heldOutAccuracy } from "lib/recipes/world3d/held_out.ts";
import { WORLD3D, world3dPlan } from "lib/recipes/world3d/plan.ts";
import { trainWorld3d } from "lib/recipes/world3d/training.ts";

const TINY: World3dConfig = {
  ...WORLD3D,
  frames: 8,
  size: 32,
  stills: 2,
  still: [8, 8, 8],
  motion: [8, 8, 8],
  features: [8, 8],
};

const plan = world3dPlan({ appearance: 3, motion: 3 }, TINY, {
  appearance: 4,
  motion: 4,
});

Deno.test("answersOf() names every subject, the camera, each motion and each named colour", () => {
  const labels = {
    phase: 1,
    subjects: [{ object: "red circle", motion: "up" }],
    camera: "still",
    angle: "level",
    weather: "clear",
    light: "day",
  } as const;
  assert.deepEqual(answersOf(labels), {
    object: ["red circle"],
    colour: ["red"],
    motion: ["up"],
    camera: ["still"],
  });
  const two = {
    ...labels,
    subjects: [...labels.subjects, { object: "cat", motion: "left" }],
    camera: "pan left",
  } as const;
  assert.deepEqual(answersOf(two), {
    object: ["red circle", "cat"],
    colour: ["red"],
    motion: [],
    camera: ["pan left"],
  });
});

Deno.test("World3dExamples gives a step's batch by its number, each row one answer or none", async () => {
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

Deno.test("World3dExamples.oneWay() finds takes whose reverse is another motion", async () => {
  const examples = new World3dExamples(plan);
  const motions = new Set<string>();
  for (const name of examples.oneWay(20)) {
    const { labels } = await examples.film(name);
    motions.add(labels.subjects[0]!.motion);
  }
  assert.ok(motions.size > 3);
  const reverse = { right: "left", up: "down", clockwise: "counter-clockwise" };
  for (const [way, back] of Object.entries(reverse)) {
    assert.ok(!motions.has(back), `${way} and ${back}`);
  }
});

Deno.test("disturb() changes few clips, stays in [0,1] and follows its generator", () => {
  const clip = () => ({
    frames: 2,
    height: 8,
    width: 8,
    fps: 8,
    data: new Rng(1).normals([2 * 8 * 8 * 3]).data
      .map((x) => Math.min(1, Math.max(0, 0.5 + 0.3 * x))),
  });
  const before = clip().data;
  let changed = 0;
  for (let seed = 0; seed < 200; seed++) {
    const [a, b] = [clip(), clip()];
    disturb(a, new Rng(seed));
    disturb(b, new Rng(seed));
    assert.deepEqual(a.data, b.data);
    assert.ok(a.data.every((x) => x >= 0 && x <= 1));
    changed += Number(a.data.some((x, i) => x !== before[i]));
  }
  assert.ok(changed > 60 && changed < 120, `${changed}`);
});

Deno.test("trainWorld3d() interrupted and resumed equals an unbroken run, bit for bit", async () => {
  using device = await openDevice("cpu", { threads: 1 });
  const context = {
    plan,
    device,
    progress: silentProgress,
    clock: () => performance.now(),
  };
  const [whole, broken] = [await Deno.makeTempDir(), await Deno.makeTempDir()];
  const { parameters } = await trainWorld3d({
    ...context,
    folder: whole,
    signal: new AbortController().signal,
  });
  const abort = new AbortController();
  abort.abort(); // stops after each step
  let last: typeof parameters | undefined;
  let stops = 0;
  while (!last) {
    try {
      const trained = await trainWorld3d({
        ...context,
        folder: broken,
        signal: abort.signal,
      });
      last = trained.parameters;
    } catch (error) {
      assert.equal((error as Error).name, "StoppedError");
      assert.ok(++stops < 10);
    }
  }
  assert.ok(stops >= 2, `${stops}`);
  assert.deepEqual(
    leavesOf(last, isNdArray).map(([name, { data }]) => [name, [...data]]),
    leavesOf(parameters, isNdArray).map((
      [name, { data }],
    ) => [name, [...data]]),
  );
  for (const folder of [whole, broken]) {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("heldOutAccuracy() is chance for an untrained network, null without questions", async () => {
  using device = await openDevice("cpu");
  const found = await heldOutAccuracy(
    initWorld3d(TINY, new Rng(1)),
    plan,
    1,
    40,
    { device, progress: silentProgress },
  );
  assert.ok(found.object! < 0.2, `${found.object}`);
  assert.ok(found.motion! < 0.4, `${found.motion}`);
  const path = await Deno.makeTempFile();
  await writeCard(path, {
    plan,
    accuracies: [[1, { ...found, colour: null }]],
    heldOut: 40,
    seconds: 90,
    sensitivity: { noise: [0.5, 1, 2, 40.123] },
    sensitivityClips: 64,
    weights: path,
    device,
  });
  const card = await Deno.readTextFile(path);
  assert.match(card, /deno task world3d --appearance-steps 3 --motion-steps 3/);
  assert.match(card, /\| 1 \| [\d.]+ % \| - \| [\d.]+ % \| [\d.]+ % \|/);
  assert.match(card, /\| noise \| 0\.5 \| 1 \| 2 \| 40\.1 \|/);
  await Deno.remove(path);
});
