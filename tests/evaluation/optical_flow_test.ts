import assert from "node:assert/strict";
import type { Clip } from "lib/core/mod.ts";
import { medianFlow, opticalFlow } from "lib/evaluation/mod.ts";

/** Waves in all directions that move, so many pixels a frame. */
function waves(
  at: (x: number, y: number, t: number) => readonly [x: number, y: number],
  [height, width] = [48, 64],
): Clip {
  const frames = 3;
  const data = new Float32Array(frames * height * width * 3);
  for (let i = 0; i < data.length; i++) {
    const pixel = Math.floor(i / 3);
    const [x, y] = at(
      pixel % width,
      Math.floor(pixel / width) % height,
      Math.floor(pixel / (height * width)),
    );
    data[i] = 0.5 + 0.15 * Math.sin(x / 3 + i % 3) +
      0.1 * Math.sin(x / 11 + y / 7) + 0.15 * Math.cos(y / 4);
  }
  return { frames, height, width, fps: 8, data };
}

Deno.test("opticalFlow() finds motions of any direction, also far ones", () => {
  for (const [vx, vy] of [[0, 0], [0.4, 0], [-1.5, 2], [5, -3]] as const) {
    const clip = waves((x, y, t) => [x - vx * t, y - vy * t]);
    const [x, y] = medianFlow(opticalFlow(clip))!;
    assert.ok(Math.hypot(x - vx, y - vy) < 0.02, `${vx},${vy}: ${x},${y}`);
  }
});

Deno.test("opticalFlow() is that of each place, x before y", () => {
  // Twice as large in the second frame would be 1 a pixel from the middle: 0.05 here.
  const clip = waves((x, y, t) => [
    32 + (x - 32) / (1 + 0.05 * t),
    24 + (y - 24) / (1 + 0.05 * t),
  ]);
  const { width, height, data, frames } = opticalFlow(clip);
  assert.equal(frames, 2);
  for (const [x, y] of [[48, 24], [16, 12], [40, 36]] as const) {
    const i = y * width + x;
    assert.ok(Math.abs(data[2 * i]! - 0.05 * (x - 32)) < 0.1, `x at ${x},${y}`);
    assert.ok(Math.abs(data[2 * i + 1]! - 0.05 * (y - 24)) < 0.1);
  }
  assert.equal(data.length, 2 * height * width * 2);
});

Deno.test("a plain picture has no texture and no motion", () => {
  const data = new Float32Array(2 * 16 * 16 * 3).fill(0.3);
  const flow = opticalFlow({ frames: 2, height: 16, width: 16, fps: 8, data });
  assert.ok(flow.data.every((value) => value === 0));
  assert.equal(medianFlow(flow), undefined);
});

Deno.test("medianFlow() counts the pixels of its region alone", () => {
  const data = Float32Array.from([1, 0, 2, 0, 3, 0, 4, 1]);
  const flow = {
    ...{ frames: 1, height: 1, width: 4, data },
    texture: new Float32Array(4).fill(1),
  };
  const region = { left: 0.5, top: 0, right: 1, bottom: 1 };
  assert.deepEqual(medianFlow(flow, region), [4, 1]);
  assert.deepEqual(medianFlow(flow), [3, 0]);
});

Deno.test("opticalFlow() refuses a single frame", () => {
  const data = new Float32Array(16 * 16 * 3);
  assert.throws(
    () => opticalFlow({ frames: 1, height: 16, width: 16, fps: 8, data }),
    {
      name: "InputError",
      message:
        "Cannot estimate the optical flow: a clip must have 2 frames or more: it has 1",
    },
  );
});
