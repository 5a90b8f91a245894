import assert from "node:assert/strict";
import type { Clip } from "lib/core/mod.ts";
import {
  type Direction,
  judgeByGeometry,
  trackSubject,
} from "lib/evaluation/mod.ts";

const PALETTE = { red: "#dc1e28", blue: "#2356e0", white: "#fafafa" };
const [FRAMES, SIDE] = [12, 48];

/** How a square subject is painted in frame t: centre and half its side, in pixels. */
type Placed = (t: number) => { x: number; y: number; half: number };

/** A square of one colour before stripes that stay. */
function scene(place: Placed, colour: readonly number[]): Clip {
  const data = new Float32Array(FRAMES * SIDE * SIDE * 3);
  for (let t = 0; t < FRAMES; t++) {
    const { x, y, half } = place(t);
    for (let i = 0; i < SIDE * SIDE; i++) {
      const [px, py] = [i % SIDE, Math.floor(i / SIDE)];
      const inside = Math.abs(px - x) <= half && Math.abs(py - y) <= half;
      const stripe = 0.4 + 0.15 * Math.sin(px / 3 + py / 5);
      const at = (t * SIDE * SIDE + i) * 3;
      data.set(inside ? colour : [stripe, stripe * 0.9, 0.4], at);
    }
  }
  return { frames: FRAMES, height: SIDE, width: SIDE, fps: 8, data };
}

const RED = [0.86, 0.12, 0.16];

/** Goes by so many pixels a frame through the middle. */
const line = (dx: number, dy: number): Placed => (t) => ({
  x: SIDE / 2 + dx * (t - (FRAMES - 1) / 2),
  y: SIDE / 2 + dy * (t - (FRAMES - 1) / 2),
  half: 6,
});

Deno.test("judgeByGeometry() tells eight directions, also where the subject overlaps itself", () => {
  const directions: [Direction, number, number][] = [
    ["right", 1, 0],
    ["left", -1, 0],
    ["up", 0, -1],
    ["down", 0, 1],
    ["up-right", 0.7, -0.7],
    ["down-right", 0.7, 0.7],
    ["down-left", -0.7, 0.7],
    ["up-left", -0.7, -0.7],
  ];
  for (const [direction, dx, dy] of directions) {
    const judgement = judgeByGeometry(scene(line(dx, dy), RED), PALETTE);
    assert.deepEqual(
      judgement,
      { direction, colour: "red", subjects: 1 },
      direction,
    );
  }
});

Deno.test("judgeByGeometry() tells rest, growth and rotation, without a colour", () => {
  const resting: Placed = () => ({ x: 24, y: 24, half: 6 });
  const growing: Placed = (t) => ({ x: 24, y: 24, half: 4 + t });
  for (const place of [resting, growing]) {
    assert.deepEqual(judgeByGeometry(scene(place, RED), PALETTE), {
      direction: "in place",
      colour: null,
      subjects: null,
    });
  }
});

Deno.test("judgeByGeometry() knows a colour in its shade, and others from each other", () => {
  const colours: [string, number[]][] = [
    ["red", [0.67, 0.09, 0.12]],
    ["blue", [0.14, 0.34, 0.88]],
    ["white", [0.98, 0.98, 0.98]],
  ];
  for (const [name, rgb] of colours) {
    const { colour } = judgeByGeometry(scene(line(2, 0), rgb), PALETTE);
    assert.equal(colour, name);
  }
});

Deno.test("trackSubject() measures the velocity and finds the subject's pixels", () => {
  const { moves, velocity, contrast } = trackSubject(
    scene(line(1.5, -1), RED),
  );
  assert.ok(moves);
  const wanted = [1.5 * 8 / SIDE, -8 / SIDE];
  velocity.forEach((v, i) =>
    assert.ok(Math.abs(v - wanted[i]!) < 0.02, `${v}, not ${wanted[i]}`)
  );
  const pixels = contrast.reduce((n, x) => n + Number(x > 0), 0) / FRAMES;
  // Between pixels it covers 12 along a side, on them 13.
  assert.ok(pixels >= 12 * 12 && pixels <= 13 * 13, `${pixels}`);
});

Deno.test("trackSubject() of a clip in which nothing changes finds nothing", () => {
  const still = scene(() => ({ x: -50, y: -50, half: 1 }), RED);
  const { moves, velocity, contrast } = trackSubject(still);
  assert.equal(moves, false);
  assert.deepEqual(velocity, [0, 0]);
  assert.ok(contrast.every((x) => x === 0));
});

Deno.test("judgeByGeometry() counts the subjects that move, but not specks", () => {
  const two = scene(line(2, 0), RED);
  const lower = scene(
    (t) => ({ ...line(2, 0)(t), y: SIDE - 6, half: 4 }),
    RED,
  );
  const speck = scene((t) => ({ ...line(2, 0)(t), y: 3, half: 1 }), RED);
  const joined = (other: Clip): Clip => {
    const data = two.data.slice();
    for (let i = 0; i < data.length; i += 3) {
      const isRed = other.data[i]! > 0.8;
      if (isRed) data.set(other.data.subarray(i, i + 3), i);
    }
    return { ...two, data };
  };
  const countOf = (clip: Clip) => judgeByGeometry(clip, PALETTE).subjects;
  assert.deepEqual(
    [two, joined(lower), joined(speck)].map(countOf),
    [1, 2, 1],
  );
});
