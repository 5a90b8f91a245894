import { createCanvas, type SKRSContext2D } from "@napi-rs/canvas";
import type { Clip } from "lib/core/mod.ts";
import { labelFontFamily } from "./_font.ts";
import { canvasOf } from "./_canvas_of.ts";
import { canvasImage, frameImage, type Image } from "./image.ts";

/** One row of a contact sheet. */
export interface SheetRow {
  /** Text above the frames, over as many lines as it needs, at most six. */
  readonly label: string;
  readonly clip: Clip;
}

/** The layout of a contact sheet. */
interface SheetOptions {
  /** Frames of a row, spread evenly from first to last; 8 if absent. */
  readonly columns?: number;
  /** Enlargement of the frames; 1 if absent. */
  readonly scale?: number;
}

/** Pixels. */
const GAP = 4;
const TEXT_HEIGHT = 14;
const LABEL_HEIGHT = 20;
const MIN_WIDTH = 240;

/** Lines of a label at most; a longer one ends with an ellipsis. */
const LINES = 6;

const BACKGROUND = "#ffffff";
const TEXT = "#202020";

/**
 * Lays out clips on one image: a row per clip, its label above its frames. Clips
 * may differ in size and length; one with fewer frames than columns shows each
 * frame once.
 *
 * @param rows At least one; clips `[T,H,W,3]`, float32, RGB in [0,1].
 * @returns An image `[H,W,3]`, RGB in [0,255].
 * @throws {RangeError} if there is no row, or columns or scale are not above 0
 */
export async function contactSheet(
  rows: readonly SheetRow[],
  { columns = 8, scale = 1 }: SheetOptions = {},
): Promise<Image> {
  if (rows.length === 0 || !(columns >= 1) || !(scale > 0)) {
    throw new RangeError(
      "Cannot lay out a contact sheet: it needs a row, a column and a scale above 0: " +
        `current values are ${rows.length} rows, ${columns} columns, scale ${scale}`,
    );
  }
  const cells = rows.map(({ label, clip }) => ({
    label,
    clip,
    indices: spread(clip.frames, Math.floor(columns)),
    width: Math.max(1, Math.round(clip.width * scale)),
    height: Math.max(1, Math.round(clip.height * scale)),
  }));
  const width = Math.max(
    MIN_WIDTH,
    ...cells.map((cell) => GAP + cell.indices.length * (cell.width + GAP)),
  );
  const font = `${TEXT_HEIGHT}px ${await labelFontFamily()}`;
  const ruler = createCanvas(1, 1).getContext("2d");
  ruler.font = font;
  const strips = cells.map(({ label, ...cell }) => ({
    ...cell,
    lines: wrapped(ruler, label, width - 2 * GAP),
  }));
  const height = GAP + strips.reduce(
    (sum, { lines, height }) =>
      sum + lines.length * LABEL_HEIGHT + height + GAP,
    0,
  );
  const canvas = createCanvas(width, height);
  const context = canvas.getContext("2d");
  context.fillStyle = BACKGROUND;
  context.fillRect(0, 0, width, height);
  context.font = font;
  context.textBaseline = "middle";
  // Enlarge without smoothing, to show the pixels as they are.
  context.imageSmoothingEnabled = scale < 1;

  let top = GAP;
  for (const strip of strips) {
    context.fillStyle = TEXT;
    for (const line of strip.lines) {
      context.fillText(line, GAP, top + LABEL_HEIGHT / 2);
      top += LABEL_HEIGHT;
    }
    for (const [column, index] of strip.indices.entries()) {
      context.drawImage(
        canvasOf(frameImage(strip.clip, index)),
        GAP + column * (strip.width + GAP),
        top,
        strip.width,
        strip.height,
      );
    }
    top += strip.height + GAP;
  }
  return canvasImage(context);
}

/** At most `count` of the indices in `[0, length)`, first and last among them. */
function spread(length: number, count: number): number[] {
  if (count >= length) return Array.from({ length }, (_, i) => i);
  if (count === 1) return [0];
  return Array.from(
    { length: count },
    (_, i) => Math.round(i * (length - 1) / (count - 1)),
  );
}

/**
 * The lines of a text, broken at its spaces, and anywhere in a word that is wider
 * than a line: Chinese and Thai have no spaces.
 */
function wrapped(
  context: SKRSContext2D,
  text: string,
  width: number,
): string[] {
  const fits = (line: string) =>
    context.measureText(line.trimEnd()).width <= width;
  const pieces = text.replaceAll(/\s+/g, " ").split(/(?<= )/)
    .flatMap((word) => fits(word) ? [word] : [...word]);
  const lines = [""];
  for (const piece of pieces) {
    if (fits(lines.at(-1)! + piece)) lines[lines.length - 1] += piece;
    else lines.push(piece);
  }
  return lines.length <= LINES ? lines : [
    ...lines.slice(0, LINES - 1),
    fitted(context, lines.slice(LINES - 1).join(""), width),
  ];
}

/** As much of the beginning of a text as fits with an ellipsis. */
function fitted(context: SKRSContext2D, text: string, width: number): string {
  const letters = [...text];
  while (
    letters.length > 0 &&
    context.measureText(letters.join("") + "…").width > width
  ) letters.pop();
  return letters.join("") + "…";
}
