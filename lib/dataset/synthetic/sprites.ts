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

/** The image of an object on a square. */
export interface Sprite {
  readonly texture: Texture;
  readonly hull: readonly Corner[];
}

/** Transparent border of a sprite, as a share of its side, for filtering. */
const RIM = 1 / 16;

/** Largest size of the cache; a sprite of 512 pixels takes 1.4 MB. */
const CACHE_BYTES = 192e6;

/**
 * A cache of sprites by object and size: coloured shapes are drawn, all other
 * objects are Twemoji (package `@twemoji/svg`; graphics CC-BY 4.0). The least
 * recently used sprites are evicted.
 */
export class Sprites {
  readonly #cache = new Map<string, Promise<Sprite>>();
  #bytes = 0;

  /**
   * @param object `id` of an object kind.
   * @param side Pixels, a power of two.
   * @throws {RangeError} if the object does not exist
   */
  get(object: string, side: number): Promise<Sprite> {
    const key = `${object}/${side}`;
    const found = this.#cache.get(key);
    if (found !== undefined) {
      // Reinserting keeps the map in the order of use.
      this.#cache.delete(key);
      this.#cache.set(key, found);
      return found;
    }
    const sprite = drawSprite(objectKind(object), side);
    this.#cache.set(key, sprite);
    this.#bytes += bytesOf(side);
    for (const oldest of this.#cache.keys()) {
      if (this.#bytes <= CACHE_BYTES || oldest === key) break;
      this.#cache.delete(oldest);
      this.#bytes -= bytesOf(Number(oldest.split("/").at(-1)));
    }
    return sprite;
  }
}

/** RGBA, and a third more for the smaller mipmap levels. */
function bytesOf(side: number): number {
  return side * side * 4 * 4 / 3;
}

async function drawSprite(kind: ObjectKind, side: number): Promise<Sprite> {
  const texture = await drawKind(kind, side);
  return { texture, hull: hullOf(texture.levels[0]!) };
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

/** Twemoji files are named by code points. */
function fileOf({ emoji }: ObjectKind): URL {
  const name = [...emoji].map((c) => c.codePointAt(0)!.toString(16)).join("-");
  return new URL(import.meta.resolve(`@twemoji/svg/${name}.svg`));
}

/**
 * Draws a shape within [-1,1] x [-1,1]. One half is darker, so that even the
 * rotation of a circle is visible.
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
  // Black has a lighter half instead.
  context.fillStyle = colour === PAINTS.black
    ? "rgb(255 255 255 / 22%)"
    : "rgb(0 0 0 / 22%)";
  context.fillRect(-2, 0, 4, 2);
}
