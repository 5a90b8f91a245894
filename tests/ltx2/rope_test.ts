import assert from "node:assert/strict";
import {
  clipTokens,
  compressionOf,
  LTX2,
  ropeNumbers,
  tokenMiddle,
} from "lib/ltx2/mod.ts";

const COMPRESSION = compressionOf(LTX2.vae);

Deno.test("ropeNumbers() divides the width among three axes and leaves four features", () => {
  const { frequenciesPerAxis, turned, left, range } = ropeNumbers(LTX2);
  assert.equal(frequenciesPerAxis, 682);
  assert.equal(turned + left, 4096);
  assert.equal(left, 4);
  assert.equal(range[1] / range[0], 10_000);
});

Deno.test("tokenMiddle() gives the first latent frame one frame and each other eight", () => {
  const middles = [0, 1, 2, 15].map((t) =>
    tokenMiddle([t, 0, 0], COMPRESSION, 1)[0]
  );
  // Frames 0; 1 to 8; 9 to 16; 113 to 120: their middles, a frame being one long.
  assert.deepEqual(middles, [0.5, 5, 13, 117]);
  assert.deepEqual(tokenMiddle([0, 3, 1], COMPRESSION, 24).slice(1), [112, 48]);
});

Deno.test("clipTokens() needs one frame more than a multiple of 8, and names the nearest", () => {
  const clip = { frames: 121, height: 512, width: 768 };
  assert.equal(clipTokens({ ...clip, frames: 1 }, COMPRESSION), 16 * 24);
  for (
    const [wrong, message] of [
      [
        { frames: 120 },
        "frames must be 1 plus a multiple of 8: current value is 120; the " +
        "nearest legal value is 121",
      ],
      [
        { frames: 0 },
        "frames must be 1 plus a multiple of 8: current value is 0; the " +
        "nearest legal value is 1",
      ],
      [
        { height: 500 },
        "height must be a multiple of 32: current value is 500; the nearest " +
        "legal value is 512",
      ],
      [
        { width: 0 },
        "width must be a multiple of 32: current value is 0; the nearest " +
        "legal value is 32",
      ],
    ] as const
  ) {
    assert.throws(() => clipTokens({ ...clip, ...wrong }, COMPRESSION), {
      name: "RangeError",
      message: `Cannot count tokens: ${message}`,
    });
  }
});
