import assert from "node:assert/strict";
import { planeToPixels } from "lib/dataset/synthetic/_camera.ts";
import {
  areaScale,
  inverse,
  project,
} from "lib/dataset/synthetic/_homography.ts";

const LEVEL = {
  offset: [0, 0, 0],
  yaw: 0,
  pitch: 0,
  roll: 0,
  zoom: 1,
} as const;
/** A square of side 1 about the origin. */
const SQUARE = {
  origin: [-0.5, -0.5, 0],
  across: [1, 0, 0],
  down: [0, 1, 0],
} as const;
const SIZE = { width: 120, height: 80 };

function near(actual: readonly number[], expected: readonly number[]): void {
  for (const [i, value] of expected.entries()) {
    assert.ok(Math.abs(actual[i]! - value) < 1e-9, `${actual} is ${expected}`);
  }
}

Deno.test("planeToPixels() maps the plane z = 0 in units of the shorter side", () => {
  const matrix = planeToPixels(SQUARE, LEVEL, SIZE);
  near(project(matrix, 0, 0)!, [20, 0]);
  near(project(matrix, 1, 1)!, [100, 80]);
  assert.ok(Math.abs(areaScale(matrix, 0.3, 0.7) - 80 * 80) < 1e-6);
});

Deno.test("planeToPixels() moves the image against the rotation of the camera", () => {
  const middle = (pose: Partial<typeof LEVEL> | object): [number, number] =>
    project(planeToPixels(SQUARE, { ...LEVEL, ...pose }, SIZE), 0.5, 0.5)!;
  assert.ok(middle({ yaw: 0.1 })[0] < 60);
  assert.ok(middle({ pitch: 0.1 })[1] < 40);
  const corner = project(
    planeToPixels(SQUARE, { ...LEVEL, roll: 0.1 }, SIZE),
    1,
    0.5,
  )!;
  assert.ok(corner[1] < 40, "a clockwise roll moves the right side up");
  const zoomed = project(
    planeToPixels(SQUARE, { ...LEVEL, zoom: 2 }, SIZE),
    1,
    0.5,
  )!;
  near(zoomed, [140, 40]);
});

Deno.test("inverse() undoes project(), which maps nothing behind the camera", () => {
  const matrix = planeToPixels(
    { origin: [-0.5, 0.4, 3], across: [1, 0.2, 0.1], down: [0, 0.1, -5] },
    { ...LEVEL, yaw: 0.2, roll: 0.3 },
    SIZE,
  );
  const [x, y] = project(matrix, 0.3, 0.2)!;
  near(project(inverse(matrix), x, y)!, [0.3, 0.2]);
  assert.equal(project(matrix, 0.5, 1), undefined);
});
