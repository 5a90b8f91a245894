import { createCanvas, loadImage } from "@napi-rs/canvas";
import { labelFontFamily } from "./_font.ts";
import { canvasImage, type Image } from "./image.ts";

/**
 * Rasterises an SVG at its own size, on white. Text in the family `sans-serif`
 * is set in the bundled font, so that it is the same on any machine.
 *
 * @returns An image `[H,W,3]`, RGB in [0,255].
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
  return canvasImage(context);
}
