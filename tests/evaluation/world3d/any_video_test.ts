import assert from "node:assert/strict";
import type { Clip } from "lib/core/mod.ts";
import { anyVideo, type World3dNetwork } from "lib/evaluation/mod.ts";

/** A network whose features are the clip's pixels. */
const network: World3dNetwork = {
  setting: {
    network: "world3d",
    weights: "ab",
    layer: "features",
    dimension: 2 * 2 * 3 * 3,
    resize: "none",
  },
  shape: { frames: 2, height: 2, width: 3, fps: 8 },
  batch: 4,
  featuresOf: (clips) => {
    for (const { frames, height, width, fps } of clips) {
      assert.deepEqual({ frames, height, width, fps }, network.shape);
    }
    return Promise.resolve(clips.map(({ data }) => data));
  },
  predict: () => Promise.reject(new Error("unused")),
  distance: () => Promise.reject(new Error("unused")),
  [Symbol.dispose]() {},
};

/** Three frames of `height` x `width`; frame t is black above and t / 4 below. */
function clipOf(height: number, width: number): Clip {
  const data = Float32Array.from({ length: 3 * height * width * 3 }, (_, i) => {
    const row = Math.floor(i / 3 / width);
    return row % height < height / 2 ? 0 : Math.floor(row / height) / 4;
  });
  return { frames: 3, height, width, fps: 25, data };
}

Deno.test("anyVideo() scales the first frames to the size and rate of the network", async () => {
  const any = anyVideo(network);
  assert.equal(any.shape, undefined);
  const [row] = await any.featuresOf([clipOf(8, 9)]);
  // Two of the three frames; the triangles reach over the edge in the middle.
  assert.equal(row!.length, 2 * 2 * 3 * 3);
  assert.ok(row!.slice(0, 18).every((x) => x === 0));
  const [above, below] = [row!.slice(18, 27), row!.slice(27)];
  assert.ok(above.every((x) => x > 0 && x < 0.06), `${above}`);
  assert.ok(below.every((x) => x > 0.19 && x < 0.25), `${below}`);
  assert.match(any.setting.resize, /^bilinear to 3x2, .* as if at 8 fps$/);
});

Deno.test("anyVideo() refuses clips of fewer frames", async () => {
  const clip = { ...clipOf(4, 4), frames: 1 };
  await assert.rejects(anyVideo(network).featuresOf([clip]), {
    name: "InputError",
    message:
      "Cannot apply world3d: clips must have at least 2 frames: current count is 1; pass longer clips",
  });
});
