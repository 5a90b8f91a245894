import { type Clip, cutClip, InputError } from "../../core/mod.ts";
import type { ClipShape } from "../../dataset/batches/mod.ts";
import type { Continued, Given, Held } from "./draw.ts";
import { type FrameRange, readRanges } from "./frame_ranges.ts";

/** Flags of pictures and videos that are given beside the prompt. */
export interface GivenFlags {
  readonly image?: string | undefined;
  readonly lastImage?: string | undefined;
  readonly inpaint?: string | undefined;
  readonly keep?: string | undefined;
  readonly continue?: string | undefined;
  readonly seconds?: number | undefined;
}

/** How files are read. */
interface ReadOptions {
  /** Frames of a latent frame, for which a picture stands. */
  readonly time: number;
  /** Takes a line where a file is cropped. */
  readonly log: (line: string) => void;
}

/**
 * Reads what the flags give beside the prompt, cropped and scaled to the size of
 * the clips. FFmpeg is loaded only where there is something.
 *
 * @param shape Of the clips.
 * @returns undefined where no flag gives anything
 * @throws {InputError} if flags contradict each other, or a file is no picture or
 *   video
 */
export async function readGiven(
  flags: GivenFlags,
  shape: ClipShape,
  options: ReadOptions,
): Promise<Given | undefined> {
  checkTogether(flags);
  if (flags.continue !== undefined) {
    return await readContinued(flags.continue, flags.seconds, shape, options);
  }
  if (flags.inpaint !== undefined) {
    const ranges = readRanges(flags.keep!, shape.frames, options.time);
    return await readKept(flags.inpaint, ranges, shape, options);
  }
  return await readPictures(flags, shape, options);
}

/** @throws {InputError} naming flags that contradict each other, or one that lacks another */
function checkTogether(flags: GivenFlags): void {
  const given = Object.entries({
    "--image": flags.image,
    "--last-image": flags.lastImage,
    "--inpaint": flags.inpaint,
    "--continue": flags.continue,
  }).filter(([, value]) => value !== undefined).map(([name]) => name);
  const video = given.find((name) => !name.endsWith("image"));
  if (video !== undefined && given.length > 1) {
    throw new InputError(
      `Cannot use ${given.join(" and ")} together: ${video} gives all frames ` +
        "that are given; leave the other out",
    );
  }
  if (flags.seconds !== undefined && flags.continue === undefined) {
    throw new InputError(
      "Cannot use --seconds: it is how much --continue adds: give that too, " +
        "or --frames",
    );
  }
  if ((flags.inpaint === undefined) !== (flags.keep === undefined)) {
    throw new InputError(
      flags.keep === undefined
        ? "Cannot use --inpaint: --keep must say which frames stay: give for " +
          "example --keep 0-3,12-15"
        : "Cannot use --keep: it is which frames of --inpaint stay: give that " +
          "too",
    );
  }
}

/** A video and how far it goes on. */
async function readContinued(
  path: string,
  seconds: number | undefined,
  shape: ClipShape,
  options: ReadOptions,
): Promise<Continued> {
  const overlap = Math.ceil(shape.frames / options.time / 2) * options.time;
  checkRoom("--continue", 1, shape, options);
  const { decodeClip } = await import("../../dataset/decode/mod.ts");
  const frames = await framesOf(path, shape, options);
  const added = seconds ?? (shape.frames - overlap) / shape.fps;
  return {
    clip: await decodeClip(path, { ...shape, frames }),
    more: Math.ceil(added * shape.fps),
    overlap,
  };
}

/** The frames of a video that stay. */
async function readKept(
  path: string,
  ranges: readonly FrameRange[],
  shape: ClipShape,
  options: ReadOptions,
): Promise<Held> {
  const { decodeClip } = await import("../../dataset/decode/mod.ts");
  const needed = ranges.at(-1)!.last + 1;
  const found = await framesOf(path, shape, options);
  if (found < needed) {
    throw new InputError(
      `Cannot use --keep: its frames must be in "${path}", which has 0 to ` +
        `${found - 1} at ${shape.fps} fps: the last one is ${needed - 1}`,
    );
  }
  const clip = await decodeClip(path, { ...shape, frames: needed });
  return {
    parts: ranges.map(({ first, last }) => ({
      clip: cutClip(clip, first, last + 1),
      at: first / options.time,
    })),
    paste: options.time,
  };
}

/** Pictures at both ends, or at one. */
async function readPictures(
  { image, lastImage }: GivenFlags,
  shape: ClipShape,
  options: ReadOptions,
): Promise<Held | undefined> {
  const last = shape.frames / options.time - 1;
  const files = ([
    { flag: "--image", path: image, at: 0, picture: "first" },
    { flag: "--last-image", path: lastImage, at: last, picture: "last" },
  ] as const).filter(({ path }) => path !== undefined);
  if (files.length === 0) return undefined;
  const flags = files.map(({ flag }) => flag).join(" and ");
  checkRoom(flags, files.length, shape, options);
  const parts = [];
  for (const { path, at, picture } of files) {
    parts.push({
      clip: await readPicture(path!, shape, options),
      at,
      picture,
    });
  }
  return { parts };
}

async function readPicture(
  path: string,
  shape: ClipShape,
  options: ReadOptions,
): Promise<Clip> {
  const { decodeClip, probe } = await import("../../dataset/decode/mod.ts");
  try {
    tellCrop(await probe(path), shape, options);
    return await decodeClip(path, { ...shape, frames: 1 });
  } catch (error) {
    throw error instanceof InputError ? asPictureError(error) : error;
  }
}

/** The error of a video's decoder, for a file that must be a picture. */
function asPictureError({ message }: InputError): InputError {
  return new InputError(
    message
      .replace(
        /must hold a video( stream)?:/,
        "must hold a picture (PNG, JPEG, WebP, ...):",
      )
      .replace(/no video format/, "no picture format")
      .replace(/convert it to MP4/, "convert it to PNG")
      .replace(/(name one|pass a) video/, "$1 picture"),
  );
}

/** @throws {InputError} if nothing is left to draw beside so many latent frames */
function checkRoom(
  flags: string,
  count: number,
  { frames }: ClipShape,
  { time }: ReadOptions,
): void {
  if (frames / time > count) return;
  throw new InputError(
    `Cannot use ${flags}: the videos must have ${(count + 1) * time} frames ` +
      `or more: current count is ${frames}; pass --frames`,
  );
}

/** Frames of a video at the rate of the clips. */
async function framesOf(
  path: string,
  shape: ClipShape,
  options: ReadOptions,
): Promise<number> {
  const { framesThatFit, probe } = await import("../../dataset/decode/mod.ts");
  const file = await probe(path);
  tellCrop(file, shape, options);
  const { durationSeconds: endSeconds } = file;
  return framesThatFit({ startSeconds: 0, endSeconds, fps: shape.fps });
}

/** Says that a file of another aspect is cropped. */
function tellCrop(
  file: {
    readonly path: string;
    readonly width: number;
    readonly height: number;
  },
  { width, height }: ClipShape,
  { log }: ReadOptions,
): void {
  const wide = file.width * height;
  const tall = file.height * width;
  if (Math.abs(wide - tall) <= Math.max(width, height)) return;
  log(
    `${file.path} is ${file.width}x${file.height}: its ` +
      `${wide > tall ? "left and right edges are" : "top and bottom are"} ` +
      `cropped to the shape of ${width}x${height}`,
  );
}
