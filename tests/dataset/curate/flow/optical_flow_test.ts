import assert from "node:assert/strict";
import { type Flow, lumaFlow, lumaOf } from "lib/dataset/curate/mod.ts";
import { FlowEstimator } from "lib/dataset/curate/flow/optical_flow.ts";
import { bumps, disc, medianOf, planeOf, type Surface } from "../_planes.ts";

const [W, H] = [96, 64];

/** Endpoint errors against a true motion, at selected places. */
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
  Deno.test(`lumaFlow() measures a translation by (${dx}, ${dy}) pixels`, () => {
    const surface = bumps(1);
    const flow = lumaFlow(
      planeOf(W, H, surface),
      planeOf(W, H, (x, y) => surface(x - dx, y - dy)),
    );
    // The border shows content without a match.
    const inner = (x: number, y: number): boolean =>
      x > 14 && x < W - 14 && y > 14 && y < H - 14;
    const errors = errorsOf(flow, [dx, dy], inner);
    assert.ok(medianOf(errors) < 0.1, `median error ${medianOf(errors)}`);
    assert.ok(flow.unmatched < 0.3, `${flow.unmatched} unmatched`);
  });
}

const BACKGROUNDS: Record<string, Surface> = {
  "a plain background": () => 90,
  "a background that shades off": (x, y) => 60 + x + y / 2,
  "a patterned background": bumps(3),
};

for (const [name, around] of Object.entries(BACKGROUNDS)) {
  Deno.test(`lumaFlow() separates an object from ${name}`, () => {
    const motion = [3, 2] as const;
    const inside = bumps(5);
    const flow = lumaFlow(
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

Deno.test("lumaFlow() marks places without texture", () => {
  const { textured } = lumaFlow(
    planeOf(W, H, disc(bumps(5), () => 90, 44, 30, 9)),
    planeOf(W, H, disc(bumps(5), () => 90, 45, 30, 9)),
  );
  assert.equal(textured[30 * W + 44], 1);
  assert.equal(textured[5 * W + 5], 0);
});

Deno.test("lumaFlow() leaves most of a frame unmatched at a cut", () => {
  const flow = lumaFlow(planeOf(W, H, bumps(1)), planeOf(W, H, bumps(2)));
  assert.ok(flow.unmatched > 0.5, `${flow.unmatched}`);
});

Deno.test("lumaFlow() is independent of brightness", () => {
  const surface = bumps(1);
  const flow = lumaFlow(
    planeOf(W, H, surface),
    planeOf(W, H, (x, y) => surface(x, y) + 25),
  );
  assert.ok(medianOf(errorsOf(flow, [0, 0])) < 0.02);
  assert.equal(flow.unmatched, 0);
});

Deno.test("FlowEstimator equals lumaFlow() on each pair of frames", () => {
  const surface = bumps(1);
  const frames = [0, 2, 5].map((dx) =>
    planeOf(W, H, (x, y) => surface(x - dx, y))
  );
  const estimator = new FlowEstimator(W, H);
  assert.equal(estimator.next(frames[0]!), undefined);
  for (const i of [1, 2]) {
    const flow = estimator.next(frames[i]!)!;
    const pair = lumaFlow(frames[i - 1]!, frames[i]!);
    assert.deepEqual(flow.u, pair.u);
    assert.equal(flow.unmatched, pair.unmatched);
  }
  estimator.restart();
  assert.equal(estimator.next(frames[0]!), undefined);
});

Deno.test("FlowEstimator rejects frames that are too small or of another size", () => {
  assert.throws(() => new FlowEstimator(64, 7), {
    name: "RangeError",
    message:
      "Cannot estimate flow: frames must be at least 8x8: current size is 64x7",
  });
  assert.throws(
    () => new FlowEstimator(16, 8).next(planeOf(8, 16, () => 0)),
    {
      name: "RangeError",
      message:
        "Cannot estimate flow: frames must be 16x8: current size is 8x16",
    },
  );
});

Deno.test("lumaOf() weights the colours of one frame by BT.709", () => {
  const data = Float32Array.of(0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 1);
  const clip = { frames: 2, height: 1, width: 2, fps: 8, data };
  const { width, height, data: luma } = lumaOf(clip, 1);
  assert.deepEqual([width, height], [2, 1]);
  assert.deepEqual([...luma].map((value) => value.toFixed(2)), [
    "182.38",
    "18.41",
  ]);
});
