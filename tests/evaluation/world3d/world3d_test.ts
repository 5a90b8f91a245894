import assert from "node:assert/strict";
import { jitWithState, openDevice, uploadState } from "lib/compiler/mod.ts";
import { type Clip, Rng } from "lib/core/mod.ts";
import {
  appearanceLoss,
  initWorld3d,
  loadWorld3d,
  motionLoss,
  openWorld3d,
  saveWorld3d,
  stillFrames,
  type World3dConfig,
} from "lib/evaluation/mod.ts";
import {
  ADAMW_DEFAULTS,
  initTrainState,
  trainStep,
  updateScalars,
} from "lib/trainer/mod.ts";
import { float32, type NdArray } from "lib/core/mod.ts";

const CONFIG: World3dConfig = {
  frames: 8,
  size: 32,
  fps: 8,
  stills: 2,
  still: [8, 16, 16],
  motion: [8, 16, 16],
  features: [12, 8],
  classes: {
    object: ["cat", "dog", "car"],
    colour: ["red", "blue"],
    motion: ["left", "right"],
    camera: ["still"],
  },
};

function clipOf(seed: number): Clip {
  return {
    frames: 8,
    height: 32,
    width: 32,
    fps: 8,
    data: new Rng(seed).normals([8 * 32 * 32 * 3]).data
      .map((x) => Math.min(1, Math.max(0, 0.5 + 0.2 * x))),
  };
}

async function network() {
  const device = await openDevice("cpu");
  const parameters = initWorld3d(CONFIG, new Rng(1));
  const opened = await openWorld3d(device, {
    config: CONFIG,
    parameters,
    digest: "ab",
  });
  return {
    opened,
    [Symbol.dispose]() {
      opened[Symbol.dispose]();
      device[Symbol.dispose]();
    },
  };
}

Deno.test("stillFrames() takes the middles of equal parts", () => {
  assert.deepEqual(stillFrames(8, 2), [2, 6]);
  assert.deepEqual(stillFrames(8, 1), [4]);
  assert.deepEqual(stillFrames(4, 4), [0, 1, 2, 3]);
});

Deno.test("openWorld3d() gives each clip the same features alone and among others", async () => {
  using held = await network();
  const { opened } = held;
  const clips = [1, 2, 3].map(clipOf);
  const together = await opened.predict(clips);
  for (const [i, clip] of clips.entries()) {
    const [alone] = await opened.predict([clip]);
    assert.equal(alone!.features.length, 20);
    assert.deepEqual(alone, together[i]);
    assert.ok(CONFIG.classes.object.includes(alone!.classes.object));
  }
  assert.notDeepEqual(together[0]!.features, together[1]!.features);
  assert.equal(opened.setting.dimension, 20);
});

Deno.test("distance() is 0 for equal clips, symmetric, and grows with the change", async () => {
  using held = await network();
  const { opened } = held;
  const clip = clipOf(1);
  const changed = (by: number): Clip => {
    const noise = clipOf(9).data;
    return { ...clip, data: clip.data.map((x, i) => x + by * (noise[i]! - x)) };
  };
  assert.equal(await opened.distance(clip, clip), 0);
  const [little, much] = [
    await opened.distance(clip, changed(0.1)),
    await opened.distance(clip, changed(0.6)),
  ];
  assert.ok(little > 0 && much > 2 * little, `${little}, ${much}`);
  const back = await opened.distance(changed(0.1), clip);
  assert.ok(Math.abs(back - little) < 1e-6 * little + 1e-9);
});

Deno.test("openWorld3d() refuses clips of another shape or rate", async () => {
  using held = await network();
  await assert.rejects(held.opened.predict([{ ...clipOf(1), fps: 24 }]), {
    name: "InputError",
    message:
      "Cannot apply world3d to a clip: it must have 8 frames of 32x32 pixels at 8 fps: it has 8 of 32x32 at 24 fps; decode it so",
  });
});

Deno.test("every still picture gives one and the same motion feature", async () => {
  using held = await network();
  const frame = clipOf(4).data.subarray(0, 32 * 32 * 3);
  const still = clipOf(4);
  for (let t = 0; t < 8; t++) still.data.set(frame, t * frame.length);
  const other = { ...still, data: still.data.map((x) => 1 - x) };
  const [a, b] = await held.opened.predict([still, other]);
  const motion = (
    features: Float32Array,
  ): number[] => [...features.subarray(12)];
  motion(a!.features).forEach((x, i) =>
    assert.ok(Math.abs(x - motion(b!.features)[i]!) < 1e-4)
  );
  assert.notDeepEqual(a!.features.subarray(0, 12), b!.features.subarray(0, 12));
});

/** Steps of a path on one batch; the loss before the first and after the last. */
async function overfit(
  lossOf: unknown,
  parameters: unknown,
  batch: Record<string, unknown>,
): Promise<[before: number, after: number]> {
  using device = await openDevice("cpu");
  const state = await uploadState(device, initTrainState(parameters));
  using step = jitWithState(
    trainStep(lossOf as never, {
      optimiser: ADAMW_DEFAULTS,
      clipNorm: 1,
    }) as never,
    state as never,
    { device, name: "overfit" },
  );
  const losses: number[] = [];
  for (let i = 1; i <= 40; i++) {
    const outputs = await step.run({
      batch,
      scalars: updateScalars(i, 5e-3, Infinity, ADAMW_DEFAULTS),
    } as never) as Record<string, NdArray>;
    losses.push(outputs.loss!.data[0]!);
  }
  return [losses[0]!, losses.at(-1)!];
}

const clips: NdArray = float32(
  [2, 8, 32, 32, 3],
  [...clipOf(1).data, ...clipOf(2).data],
);

Deno.test("appearanceLoss() can be learnt, and leaves out what has no answer", async () => {
  const { appearance } = initWorld3d(CONFIG, new Rng(1));
  const [before, after] = await overfit(appearanceLoss, appearance, {
    pictures: clips,
    targets: {
      object: float32([2, 3], [1, 0, 0, 0, 0, 1]),
      // The second has no colour.
      colour: float32([2, 2], [0, 1, 0, 0]),
    },
  });
  assert.ok(Math.abs(before - Math.log(3) - Math.log(2)) < 0.3, `${before}`);
  assert.ok(after < 0.1, `${after}`);
});

Deno.test("motionLoss() can be learnt", async () => {
  const { motion } = initWorld3d(CONFIG, new Rng(1));
  const [before, after] = await overfit(motionLoss, motion, {
    clips,
    targets: {
      motion: float32([2, 2], [1, 0, 0, 1]),
      camera: float32([2, 1], [1, 1]),
    },
  });
  assert.ok(Math.abs(before - Math.log(2)) < 0.3, `${before}`);
  assert.ok(after < 0.1, `${after}`);
});

Deno.test("saveWorld3d() rounds to half precision and loadWorld3d() gives the rest back", async () => {
  const path = await Deno.makeTempFile({ suffix: ".safetensors" });
  const parameters = initWorld3d(CONFIG, new Rng(1));
  await saveWorld3d(path, parameters, CONFIG);
  const loaded = await loadWorld3d(path);
  assert.deepEqual(loaded.config, CONFIG);
  const [a, b] = [parameters, loaded.parameters].map((p) =>
    p.motion.conv.weight.data
  ) as [Float32Array, Float32Array];
  assert.deepEqual([...b], [...new Float16Array(a)]);
  assert.match(loaded.digest, /^[0-9a-f]{64}$/);
  await Deno.remove(path);
});

Deno.test("loadWorld3d() refuses other files and files that lack a tensor", async () => {
  const path = await Deno.makeTempFile({ suffix: ".safetensors" });
  const { motion } = initWorld3d(CONFIG, new Rng(1));
  await saveWorld3d(path, { motion } as never, CONFIG);
  await assert.rejects(loadWorld3d(path), {
    name: "InputError",
    message:
      `Cannot use "${path}": tensor "appearance/input/weight" must be float32[3,3,48,8]: it is missing; train one with deno task world3d`,
  });
  await saveWorld3d(path, {} as never, { ...CONFIG, size: 17 });
  await assert.rejects(loadWorld3d(path), {
    name: "InputError",
    message: /must hold the configuration of a world3d network/,
  });
  await Deno.writeTextFile(path, "nothing of the kind");
  await assert.rejects(loadWorld3d(path), { name: "InputError" });
  await Deno.remove(path);
});

Deno.test("a world3d network that was disposed of refuses clips", async () => {
  using held = await network();
  const clips = [clipOf(1)];
  held.opened[Symbol.dispose]();
  held.opened[Symbol.dispose]();
  const gone = { name: "DisposedError" };
  await assert.rejects(() => held.opened.predict(clips), gone);
  await assert.rejects(() => held.opened.distance(clips[0]!, clips[0]!), gone);
});
