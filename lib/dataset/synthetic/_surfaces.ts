import type { SKRSContext2D } from "@napi-rs/canvas";
import { Rng } from "../../core/mod.ts";
import type { Scenery } from "./_scenery.ts";
import { uniformBetween } from "./_phase_rules.ts";
import { drawTexture, type Texture } from "./_texture.ts";

/** Patterns are faint, but strong enough to show motion. */
const SHADE = "rgb(0 0 0 / 8%)";
const HIGHLIGHT = "rgb(255 255 255 / 12%)";

/** Largest side of a texture, pixels. */
const LARGEST = 2048;

/**
 * A wall: a gradient with a pattern.
 *
 * @param wide Width, shorter sides of the frame.
 * @param high Height, shorter sides of the frame.
 * @param density Pixels per shorter side of the frame.
 */
export function drawWall(
  { colours, angle, pattern, seed }: Scenery,
  wide: number,
  high: number,
  density: number,
): Texture {
  return onCanvas(wide, high, density, (context) => {
    const rng = new Rng(seed);
    const reach = Math.max(wide, high) * 0.6;
    const [x, y] = [Math.cos(angle) * reach, Math.sin(angle) * reach];
    const gradient = context.createLinearGradient(
      wide / 2 - x,
      high / 2 - y,
      wide / 2 + x,
      high / 2 + y,
    );
    for (const [i, colour] of colours.entries()) {
      gradient.addColorStop(i / (colours.length - 1), colour);
    }
    context.fillStyle = gradient;
    context.fillRect(0, 0, wide, high);
    if (pattern === "plain") return;
    const count = Math.round((pattern === "hills" ? 4 : 8) * wide * high);
    for (let i = 0; i < count; i++) {
      const [a, b] = [
        uniformBetween(rng, 0, wide),
        uniformBetween(rng, 0, high),
      ];
      const size = rng.uniform();
      context.fillStyle = rng.uniform() < 0.5 ? SHADE : HIGHLIGHT;
      context.beginPath();
      if (pattern === "spots") {
        context.arc(a, b, 0.06 + 0.16 * size, 0, 2 * Math.PI);
      } else if (pattern === "stripes") {
        const lean = uniformBetween(rng, -0.6, 0.6);
        const thick = 0.03 + 0.08 * size;
        const long = uniformBetween(rng, 0.5, 1.2);
        context.moveTo(a, b);
        context.lineTo(a + thick, b);
        context.lineTo(a + thick + lean * long, b + long);
        context.lineTo(a + lean * long, b + long);
      } else {
        context.ellipse(
          a,
          b + 0.3,
          uniformBetween(rng, 0.3, 0.7),
          0.15 + 0.35 * size,
          0,
          Math.PI,
          2 * Math.PI,
        );
      }
      context.fill();
    }
  });
}

/** The sky down to the horizon, with clouds, and hills at the horizon. */
export function drawSky(
  { colours: [above, horizon, , far], seed }: Scenery,
  shorter: number,
): Texture {
  // At a distance of 7.2 instead of 1.2, a sixth of the pixels suffices.
  return onCanvas(18, 9.42, shorter / 6, (context) => {
    const rng = new Rng(seed);
    const gradient = context.createLinearGradient(0, 5, 0, 9.42);
    gradient.addColorStop(0, above!);
    gradient.addColorStop(1, horizon!);
    context.fillStyle = gradient;
    context.fillRect(0, 0, 18, 9.42);
    context.fillStyle = "rgb(255 255 255 / 45%)";
    for (let i = 0; i < 14; i++) {
      const [x, y] = [uniformBetween(rng, 0, 18), uniformBetween(rng, 4, 8.2)];
      const size = uniformBetween(rng, 0.35, 0.9);
      for (const lump of [-1, 0, 1]) {
        context.beginPath();
        context.ellipse(
          x + lump * size * 0.7,
          y - (lump === 0 ? size * 0.15 : 0),
          size * 0.7,
          size * 0.3,
          0,
          0,
          2 * Math.PI,
        );
        context.fill();
      }
    }
    for (let i = 0; i < 16; i++) {
      context.fillStyle = far!;
      context.beginPath();
      context.ellipse(
        uniformBetween(rng, 0, 18),
        9.42,
        uniformBetween(rng, 0.8, 2.2),
        uniformBetween(rng, 0.2, 1),
        0,
        Math.PI,
        2 * Math.PI,
      );
      context.fill();
      context.fillStyle = SHADE;
      context.fill();
    }
  });
}

/** The ground from the horizon, at the top, to below the camera. */
export function drawGround(
  { colours: [, , near, far], pattern, seed }: Scenery,
  shorter: number,
): Texture {
  return onCanvas(18, 7.1, shorter / 2.5, (context) => {
    const rng = new Rng(seed).fork("ground");
    const gradient = context.createLinearGradient(0, 0, 0, 7.1);
    gradient.addColorStop(0, far!);
    gradient.addColorStop(0.6, near!);
    context.fillStyle = gradient;
    context.fillRect(0, 0, 18, 7.1);
    if (pattern === "stripes") {
      for (let x = 0; x < 18; x += 0.5) {
        context.fillStyle = Math.round(x * 2) % 2 === 0 ? SHADE : HIGHLIGHT;
        context.fillRect(x, 0, 0.5, 7.1);
      }
      return;
    }
    for (let i = 0; i < 220; i++) {
      context.fillStyle = rng.uniform() < 0.5 ? SHADE : HIGHLIGHT;
      context.beginPath();
      context.ellipse(
        uniformBetween(rng, 0, 18),
        uniformBetween(rng, 0, 7.1),
        uniformBetween(rng, 0.12, 0.6),
        uniformBetween(rng, 0.08, 0.4),
        0,
        0,
        2 * Math.PI,
      );
      context.fill();
    }
  });
}

/** A post, lighter on one side. */
export function drawPost(seed: number, shorter: number): Texture {
  return onCanvas(0.16, 3, shorter, (context) => {
    const rng = new Rng(seed).fork("post");
    const hue = uniformBetween(rng, 15, 45);
    const gradient = context.createLinearGradient(0, 0, 0.16, 0);
    gradient.addColorStop(0, `hsl(${hue} 18% 46%)`);
    gradient.addColorStop(0.35, `hsl(${hue} 16% 58%)`);
    gradient.addColorStop(1, `hsl(${hue} 20% 30%)`);
    context.fillStyle = gradient;
    context.fillRect(0, 0, 0.16, 3);
    context.fillStyle = SHADE;
    for (let y = 0; y < 3; y += 0.25) {
      context.fillRect(0, y + uniformBetween(rng, 0, 0.1), 0.16, 0.04);
    }
  });
}

function onCanvas(
  wide: number,
  high: number,
  density: number,
  draw: (context: SKRSContext2D) => void,
): Texture {
  const fit = Math.min(density, LARGEST / Math.max(wide, high));
  const width = Math.max(4, Math.round(wide * fit));
  const height = Math.max(4, Math.round(high * fit));
  return drawTexture(width, height, (context) => {
    context.scale(width / wide, height / high);
    draw(context);
  });
}
