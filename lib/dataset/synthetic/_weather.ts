import { Rng } from "../../core/mod.ts";
import type { ClipShape } from "../batches/clip_source.ts";
import type { Weather } from "../vocabulary/mod.ts";
import type { Layer } from "./_compositing.ts";
import { drawTexture, type Texture } from "./_texture.ts";

/** Particles: velocity and size in shorter sides of the frame, count in a square frame. */
const RAIN = { fall: 2.2, drift: -0.25, wide: 0.012, long: 0.13, count: 60 };
const SNOW = { fall: 0.35, drift: 0.08, wide: 0.05, long: 0.05, count: 45 };

/** Layers of rain, snow and fog from textures that are drawn once. */
export class WeatherLayers {
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

  /** Fog between scenery and subjects. */
  behindSubjects(weather: Weather, shape: ClipShape): Layer[] {
    return weather === "fog" ? [fogLayer(this.#fog, shape)] : [];
  }

  /**
   * Fog, rain or snow in front of all other layers.
   *
   * @param seed Of the positions of drops and flakes.
   * @param seconds Time of the frame.
   */
  inFront(
    weather: Weather,
    shape: ClipShape,
    seed: number,
    seconds: number,
  ): Layer[] {
    switch (weather) {
      case "clear":
        return [];
      case "fog":
        return [fogLayer(this.#fog, shape)];
      case "rain":
        return particles(this.#drop, RAIN, shape, seed, seconds);
      case "snow":
        return particles(this.#flake, SNOW, shape, seed, seconds);
    }
  }
}

function fogLayer(texture: Texture, { width, height }: ClipShape): Layer {
  const toPixels = [width, 0, 0, 0, height, 0, 0, 0, 1] as const;
  return { texture, toPixels, clamps: true, isWeather: true };
}

function particles(
  texture: Texture,
  { fall, drift, wide, long, count }: typeof RAIN,
  { width, height }: ClipShape,
  seed: number,
  seconds: number,
): Layer[] {
  const rng = new Rng(seed).fork("falling");
  const shorter = Math.min(width, height);
  const number = Math.round(count * width * height / (shorter * shorter));
  return Array.from({ length: number }, (): Layer => {
    // Nearer particles are larger and faster; positions wrap around the frame.
    const near = 0.6 + 0.8 * rng.uniform();
    const [w, h] = [wide * near * shorter, long * near * shorter];
    const place = (start: number, speed: number, span: number): number => {
      const way = start + speed * near * seconds * shorter / span;
      return (way - Math.floor(way)) * span;
    };
    const x = place(rng.uniform(), drift, width + 2 * w) - w;
    const y = place(rng.uniform(), fall, height + 2 * h) - h;
    // Slanted along the direction of fall.
    const slant = -drift / fall * h;
    return {
      texture,
      toPixels: [w, -slant, x, 0, h, y, 0, 0, 1],
      clamps: false,
      isWeather: true,
    };
  });
}
