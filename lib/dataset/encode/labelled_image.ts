import { createCanvas } from "@napi-rs/canvas";
import { labelFontFamily } from "./_font.ts";
import { canvasOf } from "./_canvas_of.ts";
import { canvasImage, type Image } from "./image.ts";

/** Names of an image's axes, and of its colours. */
interface ImageLabels {
  /** Under the image. */
  readonly xLabel: string;
  /** On its left, upwards. */
  readonly yLabel: string;
  /** Colours as CSS names them, each with its meaning. */
  readonly legend: readonly (readonly [colour: string, meaning: string])[];
}

/** Pixels: the height of a line of text, and of the text. */
const [LINE, TEXT] = [22, 14];

/**
 * An image with labels on its axes and a legend below it.
 *
 * @returns An image `[H,W,3]`, RGB in [0,255]; the given one begins at
 *   `[0, 22]` in it.
 */
export async function labelledImage(
  image: Image,
  { xLabel, yLabel, legend }: ImageLabels,
): Promise<Image> {
  const { width, height } = image;
  const canvas = createCanvas(
    LINE + width,
    height + (1 + legend.length) * LINE,
  );
  const context = canvas.getContext("2d");
  context.fillStyle = "#ffffff";
  context.fillRect(0, 0, canvas.width, canvas.height);
  context.drawImage(canvasOf(image), LINE, 0);
  context.font = `${TEXT}px ${await labelFontFamily()}`;
  context.textBaseline = "middle";
  for (const [i, [colour, meaning]] of legend.entries()) {
    const middle = height + (i + 1.5) * LINE;
    context.fillStyle = colour;
    context.fillRect(LINE, middle - TEXT / 2, TEXT, TEXT);
    context.strokeStyle = "#808080"; // white is a colour too
    context.strokeRect(LINE, middle - TEXT / 2, TEXT, TEXT);
    context.fillStyle = "#202020";
    context.fillText(meaning, LINE + 1.5 * TEXT, middle);
  }
  context.fillStyle = "#202020";
  context.textAlign = "center";
  context.fillText(xLabel, LINE + width / 2, height + LINE / 2);
  context.translate(LINE / 2, height / 2);
  context.rotate(-Math.PI / 2);
  context.fillText(yLabel, 0, 0);
  return canvasImage(context);
}
