import assert from "node:assert/strict";
import { svgImage } from "lib/dataset/encode/mod.ts";

const svg = (inside: string): string =>
  `<svg xmlns="http://www.w3.org/2000/svg" width="40" height="20" font-family="sans-serif">${inside}</svg>`;

Deno.test("svgImage() draws at the size of the SVG, on white", async () => {
  const { width, height, data } = await svgImage(
    svg('<rect x="20" width="20" height="20" fill="#00f"/>'),
  );
  assert.deepEqual([width, height], [40, 20]);
  assert.deepEqual([...data.subarray(0, 3)], [255, 255, 255]);
  assert.deepEqual([...data.subarray(30 * 3, 31 * 3)], [0, 0, 255]);
});

Deno.test("svgImage() draws text on machines without fonts", async () => {
  const { data } = await svgImage(svg('<text y="16" font-size="18">WM</text>'));
  const dark = data.filter((value) => value < 128).length;
  assert.ok(dark > 100, `${dark} dark values`);
});
