import assert from "node:assert/strict";
import { centreCrop, coverFilters } from "lib/dataset/decode/_filters.ts";
import { orientationOf } from "lib/dataset/decode/_orientation.ts";

const UPRIGHT = { degrees: 0, mirrored: false } as const;
const FORMAT = {
  width: 720,
  height: 576,
  pixelAspect: 1,
  orientation: UPRIGHT,
  hasColourMatrix: true,
  highDynamicRange: undefined,
  firstField: undefined,
  hasAlpha: false,
};

Deno.test("centreCrop() keeps the centre of a wide frame for a square", () => {
  assert.deepEqual(centreCrop(FORMAT, 1), {
    x: 72,
    y: 0,
    width: 576,
    height: 576,
  });
});

Deno.test("centreCrop() applies the pixel aspect", () => {
  // Pixels twice as wide as high: 1440x576 as shown.
  assert.deepEqual(centreCrop({ ...FORMAT, pixelAspect: 2 }, 1), {
    x: 216,
    y: 0,
    width: 288,
    height: 576,
  });
});

Deno.test("coverFilters() crops, scales by area and rotates, in this order", () => {
  assert.equal(
    coverFilters(
      { ...FORMAT, orientation: { degrees: 90, mirrored: false } },
      32,
      64,
    ),
    "crop=720:360:0:108,scale=64:32:flags=area+accurate_rnd+full_chroma_int,format=rgb24,transpose=clock",
  );
});

Deno.test("coverFilters() decodes untagged HD as BT.709 and enlarges bicubically", () => {
  assert.equal(
    coverFilters(
      { ...FORMAT, hasColourMatrix: false, height: 720 },
      1000,
      1000,
    ),
    "crop=720:720:0:0,scale=1000:1000:flags=bicubic+accurate_rnd+full_chroma_int:in_color_matrix=bt709,format=rgb24",
  );
});

Deno.test("orientationOf() reads rotations and mirrors from a display matrix", () => {
  const read = (a: number, b: number, c: number, d: number): unknown => {
    const one = 0x10000;
    const matrix = Int32Array.of(
      a * one,
      b * one,
      0,
      c * one,
      d * one,
      0,
      0,
      0,
      1 << 30,
    );
    return orientationOf(new Uint8Array(matrix.buffer));
  };
  assert.deepEqual(read(1, 0, 0, 1), { degrees: 0, mirrored: false });
  assert.deepEqual(read(0, 1, -1, 0), { degrees: 90, mirrored: false });
  assert.deepEqual(read(-1, 0, 0, -1), { degrees: 180, mirrored: false });
  assert.deepEqual(read(0, -1, 1, 0), { degrees: 270, mirrored: false });
  assert.deepEqual(read(1, 0, 0, -1), { degrees: 0, mirrored: true });
  assert.deepEqual(read(0, 1, 1, 0), { degrees: 90, mirrored: true });
  assert.deepEqual(orientationOf(null), UPRIGHT);
});
