import assert from "node:assert/strict";
import { type Clip, clipShape } from "lib/core/mod.ts";
import { PHASES } from "lib/dataset/vocabulary/mod.ts";
import {
  renderScene,
  type SceneSpec,
  sceneSpec,
  Sprites,
} from "lib/dataset/synthetic/mod.ts";

const SHAPE = { frames: 4, height: 48, width: 64, fps: 8 };
const sprites = new Sprites();

function sceneOf(labels: Partial<SceneSpec["labels"]>): SceneSpec {
  const scene = sceneSpec({ seed: 0, phase: 1, split: "train", index: 1 });
  return { ...scene, labels: { ...scene.labels, ...labels } };
}

/** Mean of each frame. */
function brightness({ frames, data }: Clip): number[] {
  const size = data.length / frames;
  return Array.from(
    { length: frames },
    (_, i) =>
      data.subarray(i * size, (i + 1) * size).reduce((a, b) => a + b) / size,
  );
}

/** Standard deviation of all values. */
function deviation({ data }: Clip): number {
  const mean = data.reduce((a, b) => a + b) / data.length;
  return Math.sqrt(
    data.reduce((sum, value) => sum + (value - mean) ** 2, 0) / data.length,
  );
}

Deno.test("renderScene() returns any shape with values in [0,1] in every phase", async () => {
  for (const phase of PHASES) {
    for (const [height, width] of [[48, 64], [65, 33], [8, 8]] as const) {
      const scene = sceneSpec({ seed: 1, phase, split: "train", index: 2 });
      const shape = { frames: 3, height, width, fps: 6 };
      const clip = await renderScene(scene, shape, sprites);
      assert.deepEqual(clipShape(clip), [3, height, width, 3]);
      assert.equal(clip.fps, 6);
      assert.ok(clip.data.every((value) => value >= 0 && value <= 1));
    }
  }
});

Deno.test("renderScene() renders the same times at every frame rate", async () => {
  const scene = sceneSpec({ seed: 1, phase: 2, split: "train", index: 2 });
  const slow = await renderScene(
    scene,
    { ...SHAPE, frames: 5, fps: 4 },
    sprites,
  );
  const fast = await renderScene(
    scene,
    { ...SHAPE, frames: 9, fps: 8 },
    sprites,
  );
  const size = 48 * 64 * 3;
  for (const i of [0, 1, 2, 3, 4]) {
    assert.deepEqual(
      slow.data.subarray(i * size, (i + 1) * size),
      fast.data.subarray(2 * i * size, (2 * i + 1) * size),
    );
  }
});

Deno.test("renderScene() renders the same image at every size", async () => {
  const scene = sceneSpec({ seed: 1, phase: 3, split: "train", index: 4 });
  const small = await renderScene(scene, { ...SHAPE, frames: 1 }, sprites);
  const large = await renderScene(
    scene,
    { frames: 1, height: 192, width: 256, fps: 8 },
    sprites,
  );
  let difference = 0;
  for (let y = 0; y < 48; y++) {
    for (let x = 0; x < 64; x++) {
      for (let c = 0; c < 3; c++) {
        let mean = 0;
        for (let k = 0; k < 16; k++) {
          const [v, u] = [4 * y + (k >> 2), 4 * x + k % 4];
          mean += large.data[(v * 256 + u) * 3 + c]! / 16;
        }
        difference += Math.abs(mean - small.data[(y * 64 + x) * 3 + c]!);
      }
    }
  }
  assert.ok(difference / (48 * 64 * 3) < 0.02, `${difference}`);
});

Deno.test("renderScene() darkens night, brightens sunrise and flashes lightning", async () => {
  const shape = { ...SHAPE, frames: 24 };
  const [day, night, sunrise, lightning] = await Promise.all(
    (["day", "night", "sunrise", "lightning"] as const).map(async (light) =>
      brightness(await renderScene(sceneOf({ light }), shape, sprites))
    ),
  );
  assert.ok(Math.max(...night!) < 0.6 * Math.min(...day!));
  for (let i = 1; i < 24; i++) assert.ok(sunrise![i]! > sunrise![i - 1]!);
  const flashes = lightning!.filter((value, i) =>
    value > 1.3 * (lightning![i - 1] ?? Infinity)
  );
  assert.equal(flashes.length, 3);
});

Deno.test("renderScene() points the spotlight at the first subject", async () => {
  const day = await renderScene(sceneOf({}), SHAPE, sprites);
  const lit = await renderScene(
    sceneOf({ light: "spotlight" }),
    SHAPE,
    sprites,
  );
  const same = lit.data.filter((value, i) => value === day.data[i]).length;
  assert.ok(same > 0.1 * lit.data.length && same < 0.7 * lit.data.length);
});

Deno.test("renderScene() draws rain and snow, and lowers contrast in fog", async () => {
  const still = sceneOf({});
  const clear = await renderScene(still, SHAPE, sprites);
  for (const weather of ["rain", "snow", "fog"] as const) {
    const clip = await renderScene(sceneOf({ weather }), SHAPE, sprites);
    const changed = clip.data.filter((value, i) =>
      Math.abs(value - clear.data[i]!) > 0.02
    ).length / clip.data.length;
    if (weather === "fog") {
      assert.ok(deviation(clip) < 0.75 * deviation(clear));
    } else {assert.ok(
        changed > 0.015 && changed < 0.5,
        `${weather}: ${changed}`,
      );}
  }
});

Deno.test("renderScene() rejects illegal sizes and rates", async () => {
  await assert.rejects(
    renderScene(sceneOf({}), { ...SHAPE, frames: 0 }, sprites),
    {
      name: "RangeError",
      message:
        "Cannot render a scene: frames, height and width must be whole numbers from 1 up and fps above 0: current values are 0, 48, 64 and 8",
    },
  );
});
