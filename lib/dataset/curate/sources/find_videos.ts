import { join, resolve } from "node:path";
import { InputError, messageOf } from "lib/core/mod.ts";

/**
 * File name extensions of videos. `ts` is missing: most such files are
 * TypeScript, not transport streams.
 */
const VIDEO_EXTENSIONS: readonly string[] = (
  "mp4 m4v mov qt mkv webm avi mpg mpeg mpe m2v mts m2ts vob flv f4v ogv ogg " +
  "wmv asf gif apng 3gp 3g2 mxf dv y4m nut ivf rm rmvb divx h264 264 hevc 265 av1 obu"
).split(" ");

/** A video file, or an unreadable file or folder. */
export interface FoundFile {
  /** Absolute; symbolic links are not resolved. */
  readonly path: string;
  /** The reason if it is unreadable. */
  readonly problem?: string;
}

/** The files in folders. */
interface FoundVideos {
  /** Sorted by path, each once. */
  readonly files: readonly FoundFile[];
  /** The number of other files by extension. */
  readonly others: ReadonlyMap<string, number>;
}

/**
 * Finds videos in folders, recursively. Symbolic links are followed; each file
 * and folder counts once, so cycles of links end. `places` may name files of any
 * extension. Unreadable files and folders are listed with the reason.
 *
 * @param places Files and folders.
 * @param skip Files and folders to leave out.
 * @throws {InputError} if one of `places` does not exist
 */
export async function findVideos(
  places: readonly string[],
  skip: readonly string[] = [],
): Promise<FoundVideos> {
  const files = new Map<string, FoundFile>();
  const others = new Map<string, number>();
  const seen = new Set(await Promise.all(skip.map(realPath)));

  const visit = async (path: string, isNamed: boolean): Promise<void> => {
    let real: string, info: Deno.FileInfo;
    try {
      real = await Deno.realPath(path);
      info = await Deno.stat(real);
    } catch (error) {
      if (isNamed && error instanceof Deno.errors.NotFound) {
        throw new InputError(
          `Cannot ingest "${path}": the folder or file must exist: there is none; check the path`,
        );
      }
      files.set(path, { path, problem: problemOf(error) });
      return;
    }
    if (seen.has(real)) return;
    if (info.isDirectory) {
      seen.add(real);
      await visitFolder(path);
    } else if (isNamed || VIDEO_EXTENSIONS.includes(extensionOf(path))) {
      seen.add(real);
      const problem = info.isFile ? undefined : "it is a device or a pipe";
      files.set(path, { path, ...(problem && { problem }) });
    } else {
      const extension = extensionOf(path);
      others.set(extension, (others.get(extension) ?? 0) + 1);
    }
  };

  const visitFolder = async (folder: string): Promise<void> => {
    const names: string[] = [];
    try {
      for await (const { name } of Deno.readDir(folder)) names.push(name);
    } catch (error) {
      files.set(folder, { path: folder, problem: problemOf(error) });
      return;
    }
    // Sorted, so that the first of several paths to a file is deterministic.
    for (const name of names.sort()) {
      if (!name.startsWith(".")) await visit(join(folder, name), false);
    }
  };

  for (const place of places) await visit(resolve(place), true);
  return {
    files: [...files.values()].sort((a, b) => (a.path < b.path ? -1 : 1)),
    others: new Map([...others].sort()),
  };
}

async function realPath(path: string): Promise<string> {
  return await Deno.realPath(path).catch(() => resolve(path));
}

function problemOf(error: unknown): string {
  if (error instanceof Deno.errors.NotFound) return "the link is broken";
  if (error instanceof Deno.errors.FilesystemLoop) {
    return "the link is part of a cycle";
  }
  if (error instanceof Deno.errors.PermissionDenied) {
    return "the system denies reading it";
  }
  if (error instanceof Deno.errors.NotCapable) {
    return "Deno lacks the permission to read it";
  }
  return `the system says "${messageOf(error)}"`;
}

/** Lower case, without the dot; empty if there is none. */
function extensionOf(path: string): string {
  return /[^/]\.([^./]+)$/.exec(path)?.[1]?.toLowerCase() ?? "";
}
