import type { Rng } from "../../core/mod.ts";
import type { ClipShape } from "../batches/clip_source.ts";
import { MOTION_KINDS, objectKind } from "../vocabulary/mod.ts";
import { DISTANCE, type Plane } from "./_camera.ts";
import { between, type Rules } from "./_rules.ts";
import type { Subject } from "./_subjects.ts";
import { drawGround, drawPost, drawSky, drawWall } from "./_surfaces.ts";
import type { Texture } from "./_texture.ts";

/** What stands around the subjects: plain data. */
export interface Scenery {
  readonly kind: "wall" | "land";
  /** CSS colours: of a wall from one side to the other; of sky and ground. */
  readonly colours: readonly string[];
  /** Direction of a wall's gradient, in radians. */
  readonly angle: number;
  readonly pattern: Pattern;
  /** How many times wider and higher a wall is than the picture. */
  readonly extent: number;
  /** Names the places and sizes of everything drawn on it. */
  readonly seed: number;
  /** A post before the subjects, as a share of the width from the middle. */
  readonly post?: number;
}

/** What is drawn on a wall. */
export type Pattern = "plain" | "spots" | "stripes" | "hills";

const PATTERNS: readonly Pattern[] = ["plain", "spots", "stripes", "hills"];

/** Sky above, sky at the horizon, ground near and far: hue, saturation, lightness. */
const LANDS: readonly (readonly [number, number, number][])[] = [
  [[208, 45, 72], [200, 40, 88], [100, 26, 48], [104, 22, 62]], // meadow
  [[205, 40, 66], [40, 45, 84], [36, 36, 62], [38, 34, 76]], // desert
  [[212, 28, 70], [210, 24, 86], [205, 14, 88], [206, 18, 80]], // snow
  [[200, 48, 70], [190, 34, 86], [204, 36, 46], [198, 32, 62]], // sea
  [[220, 14, 62], [216, 12, 80], [220, 5, 44], [220, 6, 60]], // street
  [[262, 26, 34], [18, 46, 66], [280, 14, 30], [300, 14, 40]], // dusk
];

/** How light a wall is, in percent of HSL. */
const LIGHTNESS = {
  dark: [24, 36],
  middle: [48, 62],
  light: [76, 90],
} as const;
type Shade = keyof typeof LIGHTNESS;
const SHADES: readonly Shade[] = ["dark", "middle", "light"];

/**
 * Objects whose pictures are as light as a wall: of those that are easily told
 * from all walls by their colours nothing is said.
 */
const LOST_ON: Readonly<Record<Shade, string>> = {
  dark: "🖤⚫⬛🤎🟤🟫🎮🐜🕷💣🎩🌹🚦🦃🚲🎒🎱⚓🥾🪵🚂🦂🎤",
  middle: "🩶🔧🥄🔪🐘🦏",
  light: "🤍⚪⬜🐑☁🦢🥚🍦🍰🐓💡✉🕯🧊🐐🏐🧅🛁👻🍼",
};

/** Where land and sky meet at the back, and how high the eye is above it. */
const BACK = 6;
const GROUND = 0.42;
const WALL = 0.8;
/** Half the width of land and sky. */
const REACH = 9;
/** A post stands nearer than any subject. */
const POST_DEPTH = -0.2;
const POST_WIDTH = 0.16;

/**
 * Chooses what stands around: pale, for subjects are bright, and neither dark
 * behind dark ones nor light behind light ones.
 *
 * @param rng Is moved on.
 */
export function planScenery(
  rng: Rng,
  rules: Rules,
  subjects: readonly Subject[],
): Scenery {
  const seed = rng.integer(2 ** 31);
  const land = rng.uniform() < rules.land;
  const pattern = rng.pick(
    rules.cameraMoves > 0 ? PATTERNS.slice(1) : PATTERNS,
  );
  return {
    kind: land ? "land" : "wall",
    colours: land ? planLand(rng) : planWall(rng, subjects),
    angle: between(rng, 0, 2 * Math.PI),
    pattern,
    extent: rules.cameraMoves > 0 || rules.angle > 0 ? 3 : 1,
    seed,
    ...planPost(rng, rules, subjects),
  };
}

function planLand(rng: Rng): string[] {
  const turn = between(rng, -12, 12);
  return rng.pick(LANDS).map(([hue, saturation, lightness]) =>
    hsl(hue + turn, saturation, lightness + between(rng, -4, 4))
  );
}

function planWall(rng: Rng, subjects: readonly Subject[]): string[] {
  const taken = new Set(subjects.map(({ object }) => shadeOf(object)));
  const free = SHADES.filter((shade) => !taken.has(shade));
  const shade = free.length > 0 ? rng.pick(free) : "middle";
  const hue = between(rng, 0, 360);
  const saturation = between(rng, 8, 35);
  const [low, high] = LIGHTNESS[shade];
  return Array.from(
    { length: 2 + rng.integer(2) },
    () => hsl(hue + between(rng, -45, 45), saturation, between(rng, low, high)),
  );
}

/** A post in the way of the first subject that moves sideways, if there is one. */
function planPost(
  rng: Rng,
  rules: Rules,
  subjects: readonly Subject[],
): { post?: number } {
  const chance = rng.uniform();
  const mover = subjects.find(({ motion }) =>
    Math.abs(MOTION_KINDS[motion].x) > 0.5
  );
  if (mover === undefined || chance >= rules.occluder) return {};
  const side = MOTION_KINDS[mover.motion].x * mover.speed;
  return { post: mover.x + side * between(rng, -0.4, 0.4) };
}

/** How light an object is, where that tells on which wall it would be lost. */
function shadeOf(object: string): Shade | undefined {
  const { emoji } = objectKind(object);
  return SHADES.find((shade) => LOST_ON[shade].includes(emoji));
}

function hsl(hue: number, saturation: number, lightness: number): string {
  return `hsl(${hue.toFixed(0)} ${saturation.toFixed(0)}% ${
    lightness.toFixed(0)
  }%)`;
}

/** A piece of scenery: a picture on a plane. */
export interface Piece {
  readonly texture: Texture;
  readonly plane: Plane;
  /** Whether its rim goes on for ever. */
  readonly endless: boolean;
  /** Distance behind the plane z = 0. */
  readonly depth: number;
}

/** Builds what was planned, the farthest first. */
export function buildScenery(scenery: Scenery, shape: ClipShape): Piece[] {
  const { width, height } = shape;
  const short = Math.min(width, height);
  const [wide, high] = [width / short, height / short];
  const pieces = scenery.kind === "wall"
    ? [wall(scenery, wide, high, short)]
    : land(scenery, short);
  if (scenery.post === undefined) return pieces;
  const centre = scenery.post * wide;
  return [...pieces, {
    texture: drawPost(scenery.seed, short),
    plane: {
      origin: [centre - POST_WIDTH / 2, -1.5, POST_DEPTH],
      across: [POST_WIDTH, 0, 0],
      down: [0, 3, 0],
    },
    endless: false,
    depth: POST_DEPTH,
  }];
}

function wall(
  scenery: Scenery,
  wide: number,
  high: number,
  short: number,
): Piece {
  // Behind all subjects, and so much larger: with extent 1 it fits the picture.
  const scale = (DISTANCE + WALL) / DISTANCE;
  const [w, h] = [wide, high].map((side) => side * scenery.extent * scale);
  return {
    texture: drawWall(scenery, w!, h!, short / scale),
    plane: {
      origin: [-w! / 2, -h! / 2, WALL],
      across: [w!, 0, 0],
      down: [0, h!, 0],
    },
    endless: true,
    depth: WALL,
  };
}

function land(scenery: Scenery, short: number): Piece[] {
  return [
    {
      texture: drawSky(scenery, short),
      plane: {
        origin: [-REACH, -REACH, BACK],
        across: [2 * REACH, 0, 0],
        down: [0, REACH + GROUND, 0],
      },
      endless: true,
      depth: BACK,
    },
    {
      texture: drawGround(scenery, short),
      plane: {
        origin: [-REACH, GROUND, BACK],
        across: [2 * REACH, 0, 0],
        down: [0, 0, -BACK - 1.1],
      },
      endless: false,
      depth: BACK,
    },
  ];
}
