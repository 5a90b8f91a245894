import { basename, extname, join, relative, resolve } from "node:path";
import { InputError } from "../../core/mod.ts";
import type { ClipShape } from "../../dataset/batches/mod.ts";
import { findVideos, leftOutLines } from "../../dataset/curate/mod.ts";
import { probe, type VideoInfo } from "../../dataset/decode/mod.ts";

/** Videos of one size, length and rate. */
export interface VideoSet {
  /** A file or a folder. */
  readonly path: string;
  /** Sorted by path. */
  readonly videos: readonly VideoInfo[];
  /** Files of the folder that are not measured, a line for each reason. */
  readonly leftOut: readonly string[];
}

/**
 * Finds the videos of a file or a folder, recursively, and reads the size,
 * length and rate of each.
 *
 * @throws {InputError} if there is none, or one is no video or unreadable
 */
export async function openVideos(path: string): Promise<VideoSet> {
  const found = await Deno.stat(path).catch(() => undefined);
  if (!found) {
    throw new InputError(
      `Cannot measure "${path}": it must be a video or a folder of videos: ` +
        `there is none; check the path`,
    );
  }
  if (!found.isDirectory) {
    return { path, videos: [await probe(path)], leftOut: [] };
  }
  const { files, leftOut } = await findVideos([path]);
  const lines = leftOutLines(leftOut);
  if (files.length === 0) {
    throw new InputError(
      `Cannot measure "${path}": a folder must hold videos: it holds none${
        lines.length === 0 ? "" : ` (left out: ${lines.join("; ")})`
      }; pass another folder`,
    );
  }
  const videos = [];
  for (const file of files) {
    const name = join(path, relative(resolve(path), file.path));
    if (file.problem !== undefined) {
      throw new InputError(
        `Cannot measure "${name}": it must be readable: ${file.problem}`,
      );
    }
    videos.push(await probe(name));
  }
  return { path, videos, leftOut: lines };
}

/** The set with its videos' sizes in stored pixels, whatever their aspect. */
export function asStored({ videos, ...set }: VideoSet): VideoSet {
  return {
    ...set,
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
 * Pairs the videos of two sets: two files as they are, two folders by name, of
 * which the ending may differ.
 *
 * @throws {InputError} naming a video that has no partner, or several
 */
export function pairsOf(
  a: VideoSet,
  b: VideoSet,
): [a: VideoInfo, b: VideoInfo][] {
  if (a.videos.length === 1 && b.videos.length === 1) {
    return [[a.videos[0]!, b.videos[0]!]];
  }
  const inB = new Map(b.videos.map((video) => [nameIn(b, video), video]));
  const pairs = new Map<VideoInfo, VideoInfo>();
  for (const video of a.videos) {
    const same = inB.get(nameIn(a, video));
    if (same) pairs.set(video, same);
  }
  const taken = new Set(pairs.values());
  const left = a.videos.filter((video) => !pairs.has(video));
  const stems = Map.groupBy(
    b.videos.filter((video) => !taken.has(video)),
    (video) => stemOf(nameIn(b, video)),
  );
  for (const [stem, own] of Map.groupBy(left, (v) => stemOf(nameIn(a, v)))) {
    const partners = stems.get(stem) ?? [];
    if (partners.length === 0) throw withoutPartner(own[0]!, b);
    const [first, second] = own.length > 1 ? own : partners;
    if (second) {
      throw new InputError(
        `Cannot compare videos in pairs: each must have one partner of the ` +
          `same name: "${
            first!.path
          }" and "${second.path}" share a name; move ` +
          "one of them to another folder",
      );
    }
    pairs.set(own[0]!, partners[0]!);
    taken.add(partners[0]!);
  }
  const alone = b.videos.find((video) => !taken.has(video));
  if (alone) throw withoutPartner(alone, a);
  return a.videos.map((video) => [video, pairs.get(video)!]);
}

function withoutPartner(video: VideoInfo, set: VideoSet): InputError {
  return new InputError(
    `Cannot compare videos in pairs: each must have a partner of the same ` +
      `name: "${video.path}" has none of its own in "${set.path}"; compare ` +
      "sets with fwd, fpd or fvd instead",
  );
}

/** The path of a video in its folder. */
function nameIn({ path }: VideoSet, video: VideoInfo): string {
  return relative(path, video.path) || basename(video.path);
}

/** `folder/7.mp4` -> `folder/7` */
function stemOf(name: string): string {
  return name.slice(0, name.length - extname(name).length);
}
