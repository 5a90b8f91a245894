import assert from "node:assert/strict";
import { fitCamera, type Flow } from "lib/dataset/curate/mod.ts";
import { findMovingRegions } from "lib/dataset/curate/flow/moving_regions.ts";

const [W, H] = [96, 64];

function flowOf(
  at: (x: number, y: number) => readonly [number, number],
  isTextured: (x: number, y: number) => boolean = () => true,
): Flow {
  const places = Array.from(
    { length: W * H },
    (_, i) => [i % W, Math.floor(i / W)] as const,
  );
  return {
    width: W,
    height: H,
    u: Float32Array.from(places, ([x, y]) => at(x, y)[0]),
    v: Float32Array.from(places, ([x, y]) => at(x, y)[1]),
    textured: Uint8Array.from(places, ([x, y]) => Number(isTextured(x, y))),
    unmatched: 0,
  };
}

function near(value: number, expected: number, tolerance: number): void {
  assert.ok(
    Math.abs(value - expected) <= tolerance,
    `${value}, not ${expected}`,
  );
}

const inBox = (x: number, y: number): boolean =>
  x >= 20 && x < 44 && y >= 20 && y < 40;

Deno.test("fitCamera() finds pan, zoom and roll despite a moving subject", () => {
  const [zoom, roll] = [0.03, 0.02];
  const flow = flowOf((x, y) => {
    if (inBox(x, y)) return [-9, 5];
    const [px, py] = [x - (W - 1) / 2, y - (H - 1) / 2];
    return [2 + zoom * px - roll * py, -1 + roll * px + zoom * py];
  });
  const camera = fitCamera(flow);
  near(camera.panX, 2, 0.05);
  near(camera.panY, -1, 0.05);
  near(camera.zoom, zoom, 0.001);
  near(camera.roll, roll, 0.001);
  const meanSquare = 5 + (zoom ** 2 + roll ** 2) * (W ** 2 + H ** 2) / 12;
  near(camera.displacement, Math.sqrt(meanSquare), 0.05);
  const { count, share } = findMovingRegions(flow, camera);
  assert.equal(count, 1);
  near(share, 24 * 20 / (W * H), 0.01);
});

Deno.test("fitCamera() weights textured samples over plain background", () => {
  // A pan over a plain sky, whose flow is zero.
  const isSky = (_: number, y: number): boolean => y < 39;
  const flow = flowOf(
    (x, y) => isSky(x, y) ? [0, 0] : [3, 0],
    (x, y) => !isSky(x, y),
  );
  near(fitCamera(flow).panX, 3, 0.2);
  assert.equal(findMovingRegions(flow, fitCamera(flow)).count, 0);
});

Deno.test("findMovingRegions() counts separate regions and ignores noise", () => {
  const flow = flowOf((x, y) => {
    if (inBox(x, y)) return [2, 0];
    if (x >= 60 && x < 80 && y >= 10 && y < 30) return [0, -2];
    return x === 90 && y === 58 ? [3, 3] : [0.1, 0];
  });
  const { count, displacement } = findMovingRegions(flow, fitCamera(flow));
  assert.equal(count, 2);
  near(displacement, 2, 0.15);
  const still = flowOf(() => [0, 0]);
  assert.deepEqual(findMovingRegions(still, fitCamera(still)), {
    displacement: 0,
    share: 0,
    count: 0,
  });
});
