import { decimalNumber, InputError } from "../../core/mod.ts";
import type { ClipShape } from "../../dataset/batches/mod.ts";
import {
  type MotionField,
  pathMotion,
  type Point,
  uniformMotion,
  zoomMotion,
} from "../../pipeline/mod.ts";

/** Flags of a wanted motion. */
export interface MotionFlags {
  readonly motion?: string | undefined;
  readonly region?: string | undefined;
  readonly path?: string | undefined;
  readonly flowFrom?: string | undefined;
}

/** Directions by name, x to the right, y down. */
const DIRECTIONS: Readonly<Record<string, Point>> = Object.fromEntries(
  [
    ...["right", "down-right", "down", "down-left"],
    ...["left", "up-left", "up", "up-right"],
  ].map((name, i) => [
    name,
    [Math.cos(i * Math.PI / 4), Math.sin(i * Math.PI / 4)] as const,
  ]),
);

/**
 * Reads the motion that the flags ask for. FFmpeg is loaded only for that of a
 * video.
 *
 * @param shape Of the clips.
 * @returns undefined where no flag asks for one
 * @throws {InputError} naming the flag that breaks its rule
 */
export async function readMotion(
  { motion, region, path, flowFrom }: MotionFlags,
  shape: ClipShape,
): Promise<MotionField | undefined> {
  const given = Object.entries({
    "--motion": motion,
    "--path": path,
    "--flow-from": flowFrom,
  }).filter(([, value]) => value !== undefined).map(([name]) => name);
  if (given.length > 1) {
    throw new InputError(
      `Cannot use ${
        given.join(" and ")
      } together: a clip follows one motion; leave one out`,
    );
  }
  if (region !== undefined && motion === undefined) {
    throw new InputError(
      "Cannot use --region: it is where --motion acts; give that too",
    );
  }
  if (motion !== undefined) return namedMotion(motion, region, shape);
  if (path !== undefined) return pathMotion(shape, pointsOf(path));
  return flowFrom === undefined ? undefined : await flowOf(flowFrom, shape);
}

/** `right:8` or `zoom:1.2`. */
function namedMotion(
  text: string,
  region: string | undefined,
  shape: ClipShape,
): MotionField {
  const [name = "", size = "", ...more] = text.split(":");
  const number = decimalNumber(size);
  const isLegal = typeof number === "number" && number > 0 && more.length === 0;
  if (isLegal && name === "zoom") {
    if (region !== undefined) {
      throw new InputError(
        "Cannot use --region with zoom: it grows from the middle of the picture; leave one out",
      );
    }
    return zoomMotion(shape, number);
  }
  const direction = DIRECTIONS[name];
  if (!isLegal || !direction) {
    throw new InputError(
      `Cannot use --motion: it must be DIRECTION:SPEED in pixels a second, ` +
        `DIRECTION one of ${Object.keys(DIRECTIONS).join(", ")}, or ` +
        `zoom:FACTOR a second, such as right:16 or zoom:1.2: current value is "${text}"`,
    );
  }
  const velocity = [direction[0] * number, direction[1] * number] as const;
  const where = region === undefined ? undefined : rectangleOf(region, shape);
  return uniformMotion(shape, velocity, where);
}

function rectangleOf(
  text: string,
  shape: ClipShape,
): { left: number; top: number; width: number; height: number } {
  const [left, top, width, height, ...more] = text.split(",").map(
    decimalNumber,
  );
  const isLegal = more.length === 0 &&
    [left, top, width, height].every((x) => typeof x === "number" && x >= 0) &&
    width! > 0 && height! > 0 && left! + width! <= shape.width &&
    top! + height! <= shape.height;
  if (!isLegal) {
    throw new InputError(
      `Cannot use --region: it must be LEFT,TOP,WIDTH,HEIGHT in pixels, inside ` +
        `${shape.width}x${shape.height}: current value is "${text}"`,
    );
  }
  return { left: left!, top: top!, width: width!, height: height! };
}

/** `8,32 40,32` to points. */
function pointsOf(text: string): Point[] {
  return text.trim().split(/\s+/).map((point) => {
    const [x, y, ...more] = point.split(",").map(decimalNumber);
    if (typeof x === "number" && typeof y === "number" && more.length === 0) {
      return [x, y];
    }
    throw new InputError(
      "Cannot use --path: it must be points X,Y in pixels with spaces between, " +
        `such as "8,32 40,32": one is "${point}"`,
    );
  });
}

/** The optical flow of a video, at the size and rate of the clips. */
async function flowOf(path: string, shape: ClipShape): Promise<MotionField> {
  const [{ decodeClip }, { opticalFlow }] = await Promise.all([
    import("../../dataset/decode/mod.ts"),
    import("../../evaluation/mod.ts"),
  ]);
  const { texture, ...flow } = opticalFlow(await decodeClip(path, shape));
  return { ...flow, weight: texture.map(() => 1) };
}
