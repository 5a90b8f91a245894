import { type Canvas, createCanvas, ImageData } from "@napi-rs/canvas";
import { type Image, rgbaOf } from "./image.ts";

/** A canvas that shows an image. Apart from `image.ts`, since a service that writes videos may not load a canvas. */
export function canvasOf(image: Image): Canvas {
  const { width, height } = image;
  const canvas = createCanvas(width, height);
  canvas.getContext("2d").putImageData(
    new ImageData(rgbaOf(image), width, height),
    0,
    0,
  );
  return canvas;
}
