import { Buffer } from "node:buffer";
import { loadImage, type SKRSContext2D } from "@napi-rs/canvas";
import {
  type ObjectKind,
  objectKind,
  type Outline,
  PAINTS,
} from "../vocabulary/mod.ts";
import { type Corner, hullOf } from "./_hull.ts";
import { drawTexture, type Texture } from "./_texture.ts";

/** The picture of an object. */
export interface Sprite {
  readonly texture: Texture;
  /** Covered area, as a share of the whole square. */
  readonly cover: number;
  readonly hull: readonly Corner[];
}

/** Empty rim of a sprite, as a share of its side: edges fade out within it. */
const RIM = 1 / 16;

/** Sprites are kept up to this many bytes; 512 pixels take 1.4 MB each. */
const KEPT_BYTES = 192e6;

/**
 * The pictures of objects, each rasterised once in each size that is needed:
 * shapes are drawn, others come from Twemoji (package `@twemoji/svg`; graphics
 * CC-BY 4.0).
 */
export class Sprites {
  readonly #kept = new Map<string, Promise<Sprite>>();
  #bytes = 0;

  /**
   * @param object `id` of an object kind.
   * @param side Pixels, a power of two.
   * @throws {RangeError} if there is no such object
   */
  get(object: string, side: number): Promise<Sprite> {
    const key = `${object}/${side}`;
    const found = this.#kept.get(key);
    if (found !== undefined) {
      // To the end of the row: the first in it is the one not used for longest.
      this.#kept.delete(key);
      this.#kept.set(key, found);
      return found;
    }
    const sprite = drawSprite(objectKind(object), side);
    this.#kept.set(key, sprite);
    this.#bytes += bytesOf(side);
    for (const oldest of this.#kept.keys()) {
      if (this.#bytes <= KEPT_BYTES || oldest === key) break;
      this.#kept.delete(oldest);
      this.#bytes -= bytesOf(Number(oldest.split("/").at(-1)));
    }
    return sprite;
  }
}

/** A square of RGBA, and a third more for its smaller levels. */
function bytesOf(side: number): number {
  return side * side * 4 * 4 / 3;
}

async function drawSprite(kind: ObjectKind, side: number): Promise<Sprite> {
  const texture = await drawKind(kind, side);
  const largest = texture.levels[0]!;
  let cover = 0;
  for (let i = 3; i < largest.data.length; i += 4) cover += largest.data[i]!;
  return {
    texture,
    cover: cover / 255 / (side * side),
    hull: hullOf(largest),
  };
}

async function drawKind(kind: ObjectKind, side: number): Promise<Texture> {
  const rim = side * RIM;
  const inner = side - 2 * rim;
  const { outline, paint } = kind;
  if (outline !== undefined && paint !== undefined) {
    return drawTexture(side, side, (context) => {
      context.translate(side / 2, side / 2);
      context.scale(inner / 2, inner / 2);
      drawOutline(context, outline, PAINTS[paint]);
    });
  }
  const image = await loadImage(Buffer.from(await Deno.readFile(fileOf(kind))));
  return drawTexture(side, side, (context) => {
    context.drawImage(image, rim, rim, inner, inner);
  });
}

/** Twemoji names its files after the code points. */
function fileOf({ emoji }: ObjectKind): URL {
  const name = [...emoji].map((c) => c.codePointAt(0)!.toString(16)).join("-");
  return new URL(import.meta.resolve(`@twemoji/svg/${name}.svg`));
}

/**
 * Draws a shape that fits the square from -1 to 1. One half is darker, so that
 * one sees even a circle turn.
 */
function drawOutline(
  context: SKRSContext2D,
  outline: Outline,
  colour: string,
): void {
  context.beginPath();
  switch (outline) {
    case "circle":
      context.arc(0, 0, 1, 0, 2 * Math.PI);
      break;
    case "square":
      context.rect(-0.88, -0.88, 1.76, 1.76);
      break;
    case "heart":
      context.moveTo(0, 0.95);
      context.bezierCurveTo(-0.5, 0.6, -1, 0.2, -1, -0.32);
      context.bezierCurveTo(-1, -0.95, -0.2, -1.05, 0, -0.45);
      context.bezierCurveTo(0.2, -1.05, 1, -0.95, 1, -0.32);
      context.bezierCurveTo(1, 0.2, 0.5, 0.6, 0, 0.95);
      break;
  }
  context.fillStyle = colour;
  context.fill();
  context.clip();
  context.rotate(-Math.PI / 5);
  // Black can only be made lighter.
  context.fillStyle = colour === PAINTS.black
    ? "rgb(255 255 255 / 22%)"
    : "rgb(0 0 0 / 22%)";
  context.fillRect(-2, 0, 4, 2);
}
