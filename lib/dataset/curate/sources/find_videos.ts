import { join, resolve } from "node:path";
import { InputError, messageOf } from "lib/core/mod.ts";

/**
 * Endings of the files in a folder that are taken for videos. `ts` is not among
 * them: most such files are TypeScript; a transport stream may be named itself.
 */
export const VIDEO_ENDINGS: readonly string[] = (
  "mp4 m4v mov qt mkv webm avi mpg mpeg mpe m2v mts m2ts vob flv f4v ogv ogg " +
  "wmv asf gif apng 3gp 3g2 mxf dv y4m nut ivf rm rmvb divx h264 264 hevc 265 av1 obu"
).split(" ");

/** A file to be looked at, or a reason why it or a folder cannot be. */
export interface FoundFile {
  /** Absolute, as it was reached: links are not resolved in it. */
  readonly path: string;
  /** Why it cannot be looked at, if that shows already. */
  readonly problem?: string;
}

/** What lies in folders. */
export interface FoundVideos {
  /** In the order of their names, each once. */
  readonly files: readonly FoundFile[];
  /** How many other files were passed over, by ending. */
  readonly others: ReadonlyMap<string, number>;
}

/**
 * Finds the videos in folders and everything below them. Symbolic links are
 * followed, and a folder or a file that is reached twice counts once, so links
 * that lead in circles end. A file that is named itself is taken whatever it is
 * called; what cannot be read is listed with the reason.
 *
 * @throws {InputError} if a given path does not exist
 *
 * @example
 * ```ts
 * import { findVideos } from "lib/dataset/curate/mod.ts";
 * import assert from "node:assert/strict";
 *
 * const folder = await Deno.makeTempDir();
 * await Deno.writeTextFile(`${folder}/Ein Drachen über dem Meer.mp4`, "");
 * await Deno.writeTextFile(`${folder}/notes.txt`, "");
 * const { files, others } = await findVideos([folder]);
 * assert.deepEqual(files, [{ path: `${folder}/Ein Drachen über dem Meer.mp4` }]);
 * assert.deepEqual([...others], [["txt", 1]]);
 * ```
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
    } else if (isNamed || VIDEO_ENDINGS.includes(endingOf(path))) {
      seen.add(real);
      const problem = info.isFile ? undefined : "it is a device or a pipe";
      files.set(path, { path, ...(problem && { problem }) });
    } else {
      const ending = endingOf(path);
      others.set(ending, (others.get(ending) ?? 0) + 1);
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
    // Of two ways to one file, the first by name counts.
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
  if (error instanceof Deno.errors.NotFound) return "the link leads nowhere";
  if (error instanceof Deno.errors.FilesystemLoop) {
    return "the link leads in a circle";
  }
  if (error instanceof Deno.errors.PermissionDenied) {
    return "the system denies reading it";
  }
  if (error instanceof Deno.errors.NotCapable) {
    return "Deno was not allowed to read it";
  }
  return `the system says "${messageOf(error)}"`;
}

/** In small letters and without the dot; empty if there is none. */
function endingOf(path: string): string {
  return /[^/]\.([^./]+)$/.exec(path)?.[1]?.toLowerCase() ?? "";
}
