import { InputError } from "../../core/mod.ts";
import type { ClipShape } from "../../dataset/batches/mod.ts";
import { probe, type VideoInfo } from "../../dataset/decode/mod.ts";

/** Videos of one size, length and rate. */
export interface VideoSet {
  /** A file or a folder. */
  readonly path: string;
  /** Sorted by name. */
  readonly videos: readonly VideoInfo[];
}

/** Endings of the names of videos; a folder's other files are ignored. */
const ENDINGS = /\.(mp4|m4v|mov|mkv|webm|avi|gif|mpg|mpeg|ts|flv|wmv|y4m)$/i;

/**
 * Finds the videos of a file or a folder, and reads the size, length and rate
 * of each.
 *
 * @throws {InputError} if there is none, or one is no video
 */
export async function openVideos(path: string): Promise<VideoSet> {
  const found = await Deno.stat(path).catch(() => undefined);
  if (!found) {
    throw new InputError(
      `Cannot measure "${path}": it must be a video or a folder of videos: ` +
        `there is none; check the path`,
    );
  }
  if (!found.isDirectory) return { path, videos: [await probe(path)] };
  const names = [];
  for await (const { name, isDirectory } of Deno.readDir(path)) {
    if (!isDirectory && ENDINGS.test(name)) names.push(name);
  }
  if (names.length === 0) {
    throw new InputError(
      `Cannot measure "${path}": a folder must hold videos: it holds none; ` +
        `pass another folder`,
    );
  }
  names.sort();
  const videos = [];
  for (const name of names) videos.push(await probe(`${path}/${name}`));
  return { path, videos };
}

/** The set with its videos' sizes in stored pixels, whatever their aspect. */
export function asStored({ path, videos }: VideoSet): VideoSet {
  return {
    path,
    videos: videos.map((video) => ({ ...video, ...video.stored })),
  };
}

/** Flags that set the shape of all clips; without one, all videos must have the same. */
interface ShapeFlags {
  readonly frames?: number | undefined;
  readonly fps?: number | undefined;
  /** `64x64`. */
  readonly size?: string | undefined;
}

/** Relative difference of rates that count as the same: less than a frame in a minute at 60 fps. */
const SAME_RATE = 1 / 60 / 60;

/**
 * The shape of all clips: from the flags, and otherwise as all videos have it.
 *
 * @throws {InputError} naming the first video that has another size, length or
 *   rate
 */
export function commonShape(
  sets: readonly VideoSet[],
  { frames, fps, size }: ShapeFlags,
): ClipShape {
  const videos = sets.flatMap(({ videos }) => videos);
  const first = videos[0]!;
  const fields: readonly {
    readonly name: string;
    readonly flag: string;
    readonly given: unknown;
    textOf(video: VideoInfo): string;
    isSame?(video: VideoInfo): boolean;
  }[] = [{
    name: "size",
    flag: "--size WxH",
    given: size,
    textOf: ({ width, height }) => `${width}x${height} pixels`,
  }, {
    name: "rate",
    flag: "--fps N",
    given: fps,
    textOf: ({ fps }) => `${Number(fps.toFixed(3))} fps`,
    isSame: ({ fps }) => Math.abs(fps - first.fps) < SAME_RATE * first.fps,
  }, {
    name: "length",
    flag: "--frames N",
    given: frames,
    textOf: ({ frames }) => `${frames} frames`,
  }];
  for (const { name, flag, given, textOf, isSame } of fields) {
    const other = videos.find((video) =>
      !(isSame?.(video) ?? textOf(video) === textOf(first))
    );
    if (given !== undefined || !other) continue;
    throw new InputError(
      `Cannot compare videos: their ${name} must be the same: ` +
        `"${first.path}" has ${textOf(first)} and "${other.path}" ` +
        `${textOf(other)}; pass ${flag} to bring all to one`,
    );
  }
  const rate = fps ?? first.fps;
  const [width, height] = size?.split("x").map(Number) ??
    [first.width, first.height];
  return {
    width: width!,
    height: height!,
    fps: rate,
    frames: frames ?? Math.max(1, Math.round(first.frames / first.fps * rate)),
  };
}

/**
 * Pairs the videos of two sets: two files as they are, two folders by name.
 *
 * @throws {InputError} naming a video that has no partner
 */
export function pairsOf(
  a: VideoSet,
  b: VideoSet,
): [a: VideoInfo, b: VideoInfo][] {
  if (a.videos.length === 1 && b.videos.length === 1) {
    return [[a.videos[0]!, b.videos[0]!]];
  }
  const names = (set: VideoSet): Map<string, VideoInfo> =>
    new Map(set.videos.map((video) => [stemOf(video.path), video]));
  const [inA, inB] = [names(a), names(b)];
  for (const [mine, other, set] of [[inA, inB, b], [inB, inA, a]] as const) {
    for (const [name, video] of mine) {
      if (other.has(name)) continue;
      throw new InputError(
        `Cannot compare videos in pairs: each must have a partner of the same ` +
          `name: "${video.path}" has none in "${set.path}"; compare sets ` +
          `with fwd, fpd or fvd instead`,
      );
    }
  }
  return [...inA].map(([name, video]) => [video, inB.get(name)!]);
}

/** `folder/7.mp4` -> `7`. */
function stemOf(path: string): string {
  return path.split(/[\\/]/).at(-1)!.replace(/\.[^.]*$/, "");
}
