import { createCanvas, loadImage } from "@napi-rs/canvas";
import { labelFontFamily } from "./_font.ts";
import type { Image } from "./image.ts";

/**
 * Draws an SVG picture at its own size, on white. Texts in the family
 * `sans-serif` are set in the font of contact sheets, so that they are the same
 * on any machine.
 *
 * @returns A picture `[H,W,3]`, RGB in [0,255].
 *
 * @example
 * ```ts
 * import { svgImage } from "lib/dataset/encode/mod.ts";
 * import assert from "node:assert/strict";
 *
 * const image = await svgImage(
 *   '<svg xmlns="http://www.w3.org/2000/svg" width="8" height="4"><rect width="8" height="4" fill="#f00"/></svg>',
 * );
 * assert.deepEqual([image.width, image.height], [8, 4]);
 * assert.deepEqual([...image.data.subarray(0, 3)], [255, 0, 0]);
 * ```
 */
export async function svgImage(svg: string): Promise<Image> {
  const family = await labelFontFamily();
  const set = svg.replaceAll(
    'font-family="sans-serif"',
    `font-family='${family}'`,
  );
  const picture = await loadImage(new TextEncoder().encode(set));
  const { width, height } = picture;
  const context = createCanvas(width, height).getContext("2d");
  context.fillStyle = "#fff";
  context.fillRect(0, 0, width, height);
  context.drawImage(picture, 0, 0);
  const rgba = context.getImageData(0, 0, width, height).data;
  const data = new Uint8Array(width * height * 3);
  for (let i = 0; i < width * height; i++) {
    data.set(rgba.subarray(4 * i, 4 * i + 3), 3 * i);
  }
  return { width, height, data };
}
