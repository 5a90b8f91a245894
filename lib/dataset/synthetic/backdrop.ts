import type { Rng } from "../../core/mod.ts";
import type { ClipShape } from "../batches/clip_source.ts";
import { objectKind } from "../vocabulary/mod.ts";
import { drawTexture, type Texture } from "./texture.ts";

/** What is behind everything: plain data. */
export interface Backdrop {
  /** CSS colours of a gradient, two or three. */
  readonly colours: readonly string[];
  /** Direction of the gradient, in radians. */
  readonly angle: number;
  readonly pattern: "plain" | "spots" | "stripes" | "hills";
  /** Places and sizes of the pattern, each in [0,1). */
  readonly numbers: readonly number[];
}

const PATTERNS = ["plain", "spots", "stripes", "hills"] as const;

/** Draws of a pattern. */
const NUMBERS = 24;

/**
 * Chooses a backdrop on which the subjects stand out: pale, for they are
 * bright, and neither dark behind dark ones nor light behind light ones.
 *
 * @param rng Is moved on.
 * @param objects `id`s of what stands before it.
 */
export function planBackdrop(rng: Rng, objects: readonly string[]): Backdrop {
  const lights = objects.map((object) => lightnessOf(object));
  const choices = [[24, 36], [48, 62], [76, 90]].filter(([low, high]) =>
    lights.every((light) => light < low! - 12 || light > high! + 12)
  );
  const [low, high] = choices.length > 0 ? rng.pick(choices) : [48, 62];
  const hue = rng.uniform() * 360;
  const saturation = 8 + 27 * rng.uniform();
  const count = 2 + rng.integer(2);
  const colours = Array.from({ length: count }, () => {
    const lightness = low! + (high! - low!) * rng.uniform();
    const turn = (rng.uniform() - 0.5) * 90;
    return `hsl(${(hue + turn).toFixed(0)} ${saturation.toFixed(0)}% ${
      lightness.toFixed(0)
    }%)`;
  });
  return {
    colours,
    angle: rng.uniform() * 2 * Math.PI,
    pattern: rng.pick(PATTERNS),
    numbers: Array.from(
      { length: NUMBERS },
      () => Math.round(rng.uniform() * 1000) / 1000,
    ),
  };
}

/** Of a shape in a colour that could be lost; pictures are somewhere between. */
function lightnessOf(object: string): number {
  switch (objectKind(object).paint) {
    case "black":
      return 10;
    case "white":
      return 98;
    case "brown":
      return 33;
    case "grey":
      return 55;
    default:
      return 68;
  }
}

/** Draws a backdrop; what is drawn reaches from rim to rim. */
export function drawBackdrop(
  { colours, angle, pattern, numbers }: Backdrop,
  { width, height }: Pick<ClipShape, "width" | "height">,
): Texture {
  return drawTexture(width, height, (context) => {
    context.scale(width, height);
    const [x, y] = [Math.cos(angle) * 0.6, Math.sin(angle) * 0.6];
    const gradient = context.createLinearGradient(
      0.5 - x,
      0.5 - y,
      0.5 + x,
      0.5 + y,
    );
    for (const [i, colour] of colours.entries()) {
      gradient.addColorStop(i / (colours.length - 1), colour);
    }
    context.fillStyle = gradient;
    context.fillRect(0, 0, 1, 1);
    const shade = (i: number): string =>
      numbers[i]! < 0.5 ? "rgb(0 0 0 / 7%)" : "rgb(255 255 255 / 10%)";
    for (let i = 0; i + 2 < numbers.length; i += 3) {
      const [a, b, c] = numbers.slice(i, i + 3) as [number, number, number];
      context.fillStyle = shade(i);
      context.beginPath();
      switch (pattern) {
        case "plain":
          return;
        case "spots":
          context.arc(a, b, 0.06 + 0.16 * c, 0, 2 * Math.PI);
          break;
        case "stripes":
          context.moveTo(a * 1.4 - 0.2, 0);
          context.lineTo(a * 1.4 - 0.2 + 0.04 + 0.1 * c, 0);
          context.lineTo(b * 1.4 - 0.2 + 0.04 + 0.1 * c, 1);
          context.lineTo(b * 1.4 - 0.2, 1);
          break;
        case "hills":
          if (i >= 12) return;
          context.ellipse(
            a,
            1 + 0.1 * c,
            0.3 + 0.4 * b,
            0.2 + 0.5 * c,
            0,
            0,
            2 * Math.PI,
          );
          break;
      }
      context.fill();
    }
  });
}
