import assert from "node:assert/strict";
import {
  type Flow,
  FlowEstimator,
  lumaOf,
  opticalFlow,
} from "lib/dataset/curate/mod.ts";
import { bumps, disc, medianOf, planeOf, type Surface } from "../_planes.ts";

const [W, H] = [96, 64];

/** Distances of the flow from a true motion, where a place counts. */
function errorsOf(
  flow: Flow,
  [dx, dy]: readonly [number, number],
  counts: (x: number, y: number) => boolean = () => true,
): number[] {
  return [...flow.u.keys()].flatMap((i) => {
    const [x, y] = [i % flow.width, Math.floor(i / flow.width)];
    return counts(x, y) ? [Math.hypot(flow.u[i]! - dx, flow.v[i]! - dy)] : [];
  });
}

for (
  const [dx, dy] of [[0, 0], [0.3, -0.4], [2.5, 1], [-7, 4], [9, 6]] as const
) {
  Deno.test(`opticalFlow() follows a surface that moves by (${dx}, ${dy}) pixels`, () => {
    const surface = bumps(1);
    const flow = opticalFlow(
      planeOf(W, H, surface),
      planeOf(W, H, (x, y) => surface(x - dx, y - dy)),
    );
    // What comes in at the border was not to be seen before.
    const inner = (x: number, y: number): boolean =>
      x > 14 && x < W - 14 && y > 14 && y < H - 14;
    const errors = errorsOf(flow, [dx, dy], inner);
    assert.ok(medianOf(errors) < 0.1, `median error ${medianOf(errors)}`);
    assert.ok(flow.unexplained < 0.3, `${flow.unexplained} unexplained`);
  });
}

const BACKGROUNDS: Record<string, Surface> = {
  "a plain background": () => 90,
  "a background that shades off": (x, y) => 60 + x + y / 2,
  "a patterned background": bumps(3),
};

for (const [name, around] of Object.entries(BACKGROUNDS)) {
  Deno.test(`opticalFlow() follows a thing before ${name}, which rests`, () => {
    const motion = [3, 2] as const;
    const inside = bumps(5);
    const flow = opticalFlow(
      planeOf(W, H, disc(inside, around, 44, 30, 9)),
      planeOf(W, H, disc(inside, around, 47, 32, 9)),
    );
    const distance = (x: number, y: number): number =>
      Math.hypot(x - 44, y - 30);
    const thing = errorsOf(flow, motion, (x, y) => distance(x, y) < 9);
    assert.ok(medianOf(thing) < 0.5, `median error ${medianOf(thing)}`);
    const rest = errorsOf(flow, [0, 0], (x, y) => distance(x, y) > 9 + 8);
    const moved = rest.filter((error) => error > 0.5).length / rest.length;
    assert.ok(moved < 0.03, `${moved} of the background moves`);
  });
}

Deno.test("opticalFlow() tells where nothing shows whether it moves", () => {
  const { certain } = opticalFlow(
    planeOf(W, H, disc(bumps(5), () => 90, 44, 30, 9)),
    planeOf(W, H, disc(bumps(5), () => 90, 45, 30, 9)),
  );
  assert.equal(certain[30 * W + 44], 1);
  assert.equal(certain[5 * W + 5], 0);
});

Deno.test("opticalFlow() leaves most of a picture unexplained where another scene begins", () => {
  const flow = opticalFlow(planeOf(W, H, bumps(1)), planeOf(W, H, bumps(2)));
  assert.ok(flow.unexplained > 0.5, `${flow.unexplained}`);
});

Deno.test("opticalFlow() takes a change of light for no motion and no new scene", () => {
  const surface = bumps(1);
  const flow = opticalFlow(
    planeOf(W, H, surface),
    planeOf(W, H, (x, y) => surface(x, y) + 25),
  );
  assert.ok(medianOf(errorsOf(flow, [0, 0])) < 0.02);
  assert.equal(flow.unexplained, 0);
});

Deno.test("FlowEstimator gives for a video what opticalFlow() gives for its pairs", () => {
  const surface = bumps(1);
  const pictures = [0, 2, 5].map((dx) =>
    planeOf(W, H, (x, y) => surface(x - dx, y))
  );
  const estimator = new FlowEstimator(W, H);
  assert.equal(estimator.next(pictures[0]!), undefined);
  for (const i of [1, 2]) {
    const flow = estimator.next(pictures[i]!)!;
    const pair = opticalFlow(pictures[i - 1]!, pictures[i]!);
    assert.deepEqual(flow.u, pair.u);
    assert.equal(flow.unexplained, pair.unexplained);
  }
  estimator.restart();
  assert.equal(estimator.next(pictures[0]!), undefined);
});

Deno.test("FlowEstimator refuses pictures that are too small or of another size", () => {
  assert.throws(() => new FlowEstimator(64, 7), {
    name: "RangeError",
    message:
      "Cannot estimate flow: pictures must be at least 8x8: current size is 64x7",
  });
  assert.throws(
    () => new FlowEstimator(16, 8).next(planeOf(8, 16, () => 0)),
    {
      name: "RangeError",
      message:
        "Cannot estimate flow: pictures must be 16x8: current size is 8x16",
    },
  );
});

Deno.test("lumaOf() weighs the colours of one frame as BT.709 does", () => {
  const data = Float32Array.of(0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 1);
  const clip = { frames: 2, height: 1, width: 2, fps: 8, data };
  const { width, height, data: luma } = lumaOf(clip, 1);
  assert.deepEqual([width, height], [2, 1]);
  assert.deepEqual([...luma].map((value) => value.toFixed(2)), [
    "182.38",
    "18.41",
  ]);
});
