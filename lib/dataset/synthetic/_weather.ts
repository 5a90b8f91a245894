import { Rng } from "../../core/mod.ts";
import type { ClipShape } from "../batches/clip_source.ts";
import type { Weather } from "../vocabulary/mod.ts";
import type { Layer } from "./_paint.ts";
import { drawTexture, type Texture } from "./_texture.ts";

/** What falls: how fast, how large, how many in a square picture. */
const RAIN = { fall: 2.2, drift: -0.25, wide: 0.012, long: 0.13, count: 60 };
const SNOW = { fall: 0.35, drift: 0.08, wide: 0.05, long: 0.05, count: 45 };

/** The pictures of which weather is made, drawn once. */
export class Air {
  readonly #drop = drawTexture(4, 32, (context) => {
    const gradient = context.createLinearGradient(0, 0, 0, 32);
    gradient.addColorStop(0, "rgb(225 235 250 / 0%)");
    gradient.addColorStop(1, "rgb(225 235 250 / 75%)");
    context.fillStyle = gradient;
    context.fillRect(0.5, 0, 3, 31);
  });
  readonly #flake = drawTexture(16, 16, (context) => {
    const gradient = context.createRadialGradient(8, 8, 0, 8, 8, 7.5);
    gradient.addColorStop(0.3, "rgb(255 255 255 / 95%)");
    gradient.addColorStop(1, "rgb(255 255 255 / 0%)");
    context.fillStyle = gradient;
    context.fillRect(0, 0, 16, 16);
  });
  readonly #fog = drawTexture(2, 2, (context) => {
    context.fillStyle = "rgb(206 212 218 / 34%)";
    context.fillRect(0, 0, 2, 2);
  });

  /** A sheet of fog before what is far; none in other weather. */
  behind(weather: Weather, shape: ClipShape): Layer[] {
    return weather === "fog" ? [sheet(this.#fog, shape)] : [];
  }

  /**
   * What hangs or falls before everything.
   *
   * @param seed Names the places of drops and flakes.
   * @param seconds Time, of which one picture's worth falls by.
   */
  before(
    weather: Weather,
    shape: ClipShape,
    seed: number,
    seconds: number,
  ): Layer[] {
    switch (weather) {
      case "clear":
        return [];
      case "fog":
        return [sheet(this.#fog, shape)];
      case "rain":
        return falling(this.#drop, RAIN, shape, seed, seconds);
      case "snow":
        return falling(this.#flake, SNOW, shape, seed, seconds);
    }
  }
}

function sheet(texture: Texture, { width, height }: ClipShape): Layer {
  const matrix = [width, 0, 0, 0, height, 0, 0, 0, 1] as const;
  return { texture, matrix, endless: true, veil: true };
}

function falling(
  texture: Texture,
  { fall, drift, wide, long, count }: typeof RAIN,
  { width, height }: ClipShape,
  seed: number,
  seconds: number,
): Layer[] {
  const rng = new Rng(seed).fork("falling");
  const short = Math.min(width, height);
  const number = Math.round(count * width * height / (short * short));
  return Array.from({ length: number }, (): Layer => {
    // The nearer, the larger and the faster; what leaves comes in at the top.
    const near = 0.6 + 0.8 * rng.uniform();
    const [w, h] = [wide * near * short, long * near * short];
    const place = (start: number, speed: number, span: number): number => {
      const way = start + speed * near * seconds * short / span;
      return (way - Math.floor(way)) * span;
    };
    const x = place(rng.uniform(), drift, width + 2 * w) - w;
    const y = place(rng.uniform(), fall, height + 2 * h) - h;
    // Slanted the way it falls.
    const slant = -drift / fall * h;
    return {
      texture,
      matrix: [w, -slant, x, 0, h, y, 0, 0, 1],
      endless: false,
      veil: true,
    };
  });
}
