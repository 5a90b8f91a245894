import assert from "node:assert/strict";
import { openDevice } from "lib/compiler/mod.ts";
import { isNdArray, leavesOf, Rng, silentProgress } from "lib/core/mod.ts";
import {
  heldOutAccuracy,
  initWorld3d,
  openWorld3d,
  WORLD3D,
  type World3dConfig,
  World3dExamples,
} from "lib/evaluation/mod.ts";
import { writeCard } from "lib/recipes/world3d/card.ts";
import { trainWorld3d, world3dPlan } from "lib/recipes/world3d/training.ts";

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

Deno.test("trainWorld3d() resumed gives the same parameters, bit for bit", async () => {
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

Deno.test("heldOutAccuracy() is chance for an untrained network; writeCard() shows it", async () => {
  using device = await openDevice("cpu");
  using network = await openWorld3d(device, {
    config: TINY,
    parameters: initWorld3d(TINY, new Rng(1)),
    digest: "untrained",
  });
  const found = await heldOutAccuracy(
    network,
    new World3dExamples(plan),
    1,
    40,
    silentProgress,
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
