import assert from "node:assert/strict";
import type { Clip } from "lib/core/mod.ts";
import {
  type Actor,
  demoScene,
  type Motion,
  renderClip,
  type Scene,
  type Shape,
  SHAPES,
} from "lib/dataset/synthetic/mod.ts";

const OPTIONS = { frames: 9, height: 64, width: 64, fps: 8 };

function sceneOf(
  { shape = "circle", motion = "still" }: { shape?: Shape; motion?: Motion },
): Scene {
  const actor: Actor = {
    shape,
    motion,
    colour: "red",
    x: 0.5,
    y: 0.5,
    size: 0.3,
    speed: 0.25,
  };
  return { background: "sea", actors: [actor] };
}

/** Centre and area of the red shape of a frame, in pixels. */
function redIn(
  clip: Clip,
  frame: number,
): { x: number; y: number; area: number } {
  const { width, height, data } = clip;
  let [x, y, area] = [0, 0, 0];
  for (let p = 0; p < width * height; p++) {
    const at = (frame * width * height + p) * 3;
    // Nothing else has so much more red than blue; edges count in part.
    const red = Math.max(0, data[at]! - data[at + 2]!) / 0.72;
    x += red * (p % width + 0.5);
    y += red * (Math.floor(p / width) + 0.5);
    area += red;
  }
  return { x: x / area, y: y / area, area };
}

function near(actual: number, expected: number, tolerance: number): void {
  assert.ok(
    Math.abs(actual - expected) <= tolerance,
    `${actual} should be ${expected} within ${tolerance}`,
  );
}

Deno.test("renderClip() draws the same values every time", () => {
  assert.deepEqual(
    renderClip(demoScene, OPTIONS).data,
    renderClip(demoScene, OPTIONS).data,
  );
});

Deno.test("renderClip() moves a shape by its speed and no other way", () => {
  // 0.25 sides of 64 pixels a second, 1 s from the first frame to the last.
  const ways: [Motion, number, number][] = [
    ["right", 16, 0],
    ["left", -16, 0],
    ["down", 0, 16],
    ["up", 0, -16],
    ["still", 0, 0],
  ];
  for (const [motion, x, y] of ways) {
    const clip = renderClip(sceneOf({ motion }), OPTIONS);
    const [first, middle, last] = [0, 4, 8].map((i) => redIn(clip, i));
    near(middle!.x, 32, 0.2);
    near(middle!.y, 32, 0.2);
    near(last!.x - first!.x, x, 0.2);
    near(last!.y - first!.y, y, 0.2);
    near(last!.area / first!.area, 1, 0.02);
  }
});

Deno.test("renderClip() grows and shrinks a shape in place", () => {
  for (const [motion, ratio] of [["growing", 2], ["shrinking", 0.5]] as const) {
    const clip = renderClip(sceneOf({ motion }), OPTIONS);
    const [first, last] = [redIn(clip, 0), redIn(clip, 8)];
    // The diameter doubles in 2 s, so the area does in 1 s.
    near(last.area / first.area, ratio, 0.05 * ratio);
    near(last.x, first.x, 0.2);
  }
});

Deno.test("renderClip() shows the same moment whatever the rate", () => {
  const scene = sceneOf({ motion: "right" });
  const slow = renderClip(scene, { ...OPTIONS, frames: 5, fps: 4 });
  const fast = renderClip(scene, { ...OPTIONS, frames: 9, fps: 8 });
  const size = 64 * 64 * 3;
  for (const i of [0, 1, 2, 3, 4]) {
    assert.deepEqual(
      slow.data.subarray(i * size, (i + 1) * size),
      fast.data.subarray(2 * i * size, (2 * i + 1) * size),
    );
  }
});

Deno.test("renderClip() draws each shape differently and of a like area", () => {
  const clips = SHAPES.map((shape) => renderClip(sceneOf({ shape }), OPTIONS));
  const circle = redIn(clips[0]!, 0).area;
  // Edges count for less than they cover: the background is more blue than red.
  near(circle, Math.PI * (0.15 * 64) ** 2, 0.07 * circle);
  for (const [i, clip] of clips.entries()) {
    const { area } = redIn(clip, 0);
    assert.ok(
      area > 0.5 * circle && area < 1.1 * circle,
      `${SHAPES[i]}: ${area}`,
    );
    for (const other of clips.slice(i + 1)) {
      assert.notDeepEqual(clip.data, other.data);
    }
  }
});

Deno.test("renderClip() smooths edges", () => {
  const { data } = renderClip(sceneOf({}), { ...OPTIONS, frames: 1 });
  const middle = 32 * 64;
  const reds = Array.from(
    { length: 64 },
    (_, x) => data[(middle + x) * 3 + 2]!,
  );
  const [low, high] = [Math.min(...reds), Math.max(...reds)];
  const between = reds.filter((v) => v > low + 0.1 && v < high - 0.1);
  assert.ok(between.length > 0, "a partly covered pixel");
});

Deno.test("renderClip() keeps shapes round in a wide picture", () => {
  const clip = renderClip(sceneOf({}), {
    frames: 1,
    height: 32,
    width: 96,
    fps: 8,
  });
  const { x, y, area } = redIn(clip, 0);
  near(x, 48, 0.2);
  near(y, 16, 0.2);
  near(area, Math.PI * (0.15 * 32) ** 2, 0.06 * area);
});

Deno.test("renderClip() stays within [0,1]", () => {
  const { data } = renderClip(demoScene, OPTIONS);
  assert.ok(data.every((value) => value >= 0 && value <= 1));
});

Deno.test("renderClip() refuses sizes and rates that make no clip", () => {
  assert.throws(() => renderClip(demoScene, { ...OPTIONS, frames: 0 }), {
    name: "RangeError",
    message:
      "Cannot render a clip: frames, height and width must be whole numbers from 1 up and fps above 0: current values are 0, 64, 64 and 8",
  });
});
