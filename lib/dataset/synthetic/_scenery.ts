import type { Rng } from "../../core/mod.ts";
import type { ClipShape } from "../batches/clip_source.ts";
import { MOTION_KINDS, objectKind } from "../vocabulary/mod.ts";
import { CAMERA_DISTANCE, type Plane } from "./_camera.ts";
import { type PhaseRules, uniformBetween } from "./_phase_rules.ts";
import type { Subject } from "./_subjects.ts";
import { drawGround, drawPost, drawSky, drawWall } from "./_surfaces.ts";
import type { Texture } from "./_texture.ts";

/** The surroundings of the subjects, as plain data. */
export interface Scenery {
  readonly kind: "wall" | "land";
  /** CSS colours: the gradient of a wall, or of sky and ground. */
  readonly colours: readonly string[];
  /** Direction of the gradient of a wall, radians. */
  readonly angle: number;
  readonly pattern: Pattern;
  /** Size of a wall over that of the frame. */
  readonly extent: number;
  /** Of the places and sizes of the pattern. */
  readonly seed: number;
  /** Offset of a post in front of the subjects from the centre, in widths of the frame. */
  readonly post?: number;
}

/** The pattern of a wall or of the ground. */
type Pattern = "plain" | "spots" | "stripes" | "hills";

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

/** Lightness of a wall, percent of HSL. */
const LIGHTNESS = {
  dark: [24, 36],
  middle: [48, 62],
  light: [76, 90],
} as const;
type Shade = keyof typeof LIGHTNESS;
const SHADES: readonly Shade[] = ["dark", "middle", "light"];

/** Emoji that are hard to see on a wall of a shade. */
const HIDDEN_ON: Readonly<Record<Shade, string>> = {
  dark: "🖤⚫⬛🤎🟤🟫🎮🐜🕷💣🎩🌹🚦🦃🚲🎒🎱⚓🥾🪵🚂🦂🎤",
  middle: "🩶🔧🥄🔪🐘🦏",
  light: "🤍⚪⬜🐑☁🦢🥚🍦🍰🐓💡✉🕯🧊🐐🏐🧅🛁👻🍼",
};

/** Depth of the horizon, and height of the camera above the ground. */
const BACK = 6;
const GROUND = 0.42;
/** Depth of a wall. */
const WALL = 0.8;
/** Half the width of land and sky. */
const REACH = 9;
/** In front of all subjects. */
const POST_DEPTH = -0.2;
const POST_WIDTH = 0.16;

/**
 * Samples scenery: pale, because subjects are bright, and a wall of another shade
 * than its subjects.
 *
 * @param rng Is advanced.
 */
export function sampleScenery(
  rng: Rng,
  rules: PhaseRules,
  subjects: readonly Subject[],
): Scenery {
  const seed = rng.integer(2 ** 31);
  const land = rng.uniform() < rules.land;
  const pattern = rng.pick(
    rules.cameraMoves > 0 ? PATTERNS.slice(1) : PATTERNS,
  );
  return {
    kind: land ? "land" : "wall",
    colours: land ? sampleLand(rng) : sampleWall(rng, subjects),
    angle: uniformBetween(rng, 0, 2 * Math.PI),
    pattern,
    extent: rules.cameraMoves > 0 || rules.angle > 0 ? 3 : 1,
    seed,
    ...samplePost(rng, rules, subjects),
  };
}

function sampleLand(rng: Rng): string[] {
  const turn = uniformBetween(rng, -12, 12);
  return rng.pick(LANDS).map(([hue, saturation, lightness]) =>
    hsl(hue + turn, saturation, lightness + uniformBetween(rng, -4, 4))
  );
}

function sampleWall(rng: Rng, subjects: readonly Subject[]): string[] {
  const taken = new Set(subjects.map(({ object }) => shadeOf(object)));
  const free = SHADES.filter((shade) => !taken.has(shade));
  const shade = free.length > 0 ? rng.pick(free) : "middle";
  const hue = uniformBetween(rng, 0, 360);
  const saturation = uniformBetween(rng, 8, 35);
  const [low, high] = LIGHTNESS[shade];
  return Array.from(
    { length: 2 + rng.integer(2) },
    () =>
      hsl(
        hue + uniformBetween(rng, -45, 45),
        saturation,
        uniformBetween(rng, low, high),
      ),
  );
}

/** A post in front of the first subject that moves sideways, if any. */
function samplePost(
  rng: Rng,
  rules: PhaseRules,
  subjects: readonly Subject[],
): { post?: number } {
  const chance = rng.uniform();
  const mover = subjects.find(({ motion }) =>
    Math.abs(MOTION_KINDS[motion].x) > 0.5
  );
  if (mover === undefined || chance >= rules.occluder) return {};
  const side = MOTION_KINDS[mover.motion].x * mover.speed;
  return { post: mover.x + side * uniformBetween(rng, -0.4, 0.4) };
}

/** The shade of walls on which an object is hard to see, if any. */
function shadeOf(object: string): Shade | undefined {
  const { emoji } = objectKind(object);
  return SHADES.find((shade) => HIDDEN_ON[shade].includes(emoji));
}

function hsl(hue: number, saturation: number, lightness: number): string {
  return `hsl(${hue.toFixed(0)} ${saturation.toFixed(0)}% ${
    lightness.toFixed(0)
  }%)`;
}

/** A textured plane of the scenery. */
interface SceneryPlane {
  readonly texture: Texture;
  readonly plane: Plane;
  /** As of `Layer`. */
  readonly clamps: boolean;
  /** Distance behind the plane z = 0. */
  readonly depth: number;
}

/** Draws scenery for a size of frames, the farthest plane first. */
export function sceneryPlanes(
  scenery: Scenery,
  { width, height }: ClipShape,
): SceneryPlane[] {
  const shorter = Math.min(width, height);
  const [wide, high] = [width / shorter, height / shorter];
  const planes = scenery.kind === "wall"
    ? [wall(scenery, wide, high, shorter)]
    : land(scenery, shorter);
  if (scenery.post === undefined) return planes;
  const centre = scenery.post * wide;
  return [...planes, {
    texture: drawPost(scenery.seed, shorter),
    plane: {
      origin: [centre - POST_WIDTH / 2, -1.5, POST_DEPTH],
      across: [POST_WIDTH, 0, 0],
      down: [0, 3, 0],
    },
    clamps: false,
    depth: POST_DEPTH,
  }];
}

function wall(
  scenery: Scenery,
  wide: number,
  high: number,
  shorter: number,
): SceneryPlane {
  // Scaled by its distance: at extent 1 it fills the frame.
  const scale = (CAMERA_DISTANCE + WALL) / CAMERA_DISTANCE;
  const [w, h] = [wide, high].map((side) => side * scenery.extent * scale);
  return {
    texture: drawWall(scenery, w!, h!, shorter / scale),
    plane: {
      origin: [-w! / 2, -h! / 2, WALL],
      across: [w!, 0, 0],
      down: [0, h!, 0],
    },
    clamps: true,
    depth: WALL,
  };
}

function land(scenery: Scenery, shorter: number): SceneryPlane[] {
  return [
    {
      texture: drawSky(scenery, shorter),
      plane: {
        origin: [-REACH, -REACH, BACK],
        across: [2 * REACH, 0, 0],
        down: [0, REACH + GROUND, 0],
      },
      clamps: true,
      depth: BACK,
    },
    {
      texture: drawGround(scenery, shorter),
      plane: {
        origin: [-REACH, GROUND, BACK],
        across: [2 * REACH, 0, 0],
        down: [0, 0, -BACK - 1.1],
      },
      clamps: false,
      depth: BACK,
    },
  ];
}
