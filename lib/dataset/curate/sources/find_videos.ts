import { basename, join, resolve } from "node:path";
import { InputError, messageOf } from "lib/core/mod.ts";
import type { LeftOut } from "./left_out.ts";
import { pairSidecars } from "./sidecar_names.ts";
import {
  extensionOf,
  isHidden,
  isPictureName,
  isTransportStream,
  isVideoName,
} from "./video_names.ts";

/** A video file, or an unreadable file or folder. */
export interface FoundFile {
  /** Absolute; symbolic links are not resolved. */
  readonly path: string;
  /** The reason if it is unreadable. */
  readonly problem?: string;
}

/** The files in folders. */
export interface FoundVideos {
  /** Sorted by path, each once. */
  readonly files: readonly FoundFile[];
  /** All other files, except captions beside videos and tables. */
  readonly leftOut: readonly LeftOut[];
  /** Tables of captions by the name that datasets of Hugging Face have. */
  readonly tables: readonly string[];
}

/** Names of tables of captions. */
const TABLE = /^metadata\.(csv|tsv|jsonl)$/i;

/**
 * Finds videos in folders, recursively. Symbolic links are followed; each file
 * and folder counts once, so cycles of links end. `places` may name files of any
 * extension. Unreadable files and folders are listed with the reason.
 *
 * @param places Files and folders.
 * @param skip Files and folders to leave out.
 * @param pictures Whether pictures in folders are taken as well.
 * @throws {InputError} if one of `places` does not exist
 */
export async function findVideos(
  places: readonly string[],
  skip: readonly string[] = [],
  { pictures = false }: { readonly pictures?: boolean } = {},
): Promise<FoundVideos> {
  const files = new Map<string, FoundFile>();
  const leftOut: LeftOut[] = [];
  const tables: string[] = [];
  const skipped = new Set(await Promise.all(skip.map(realPath)));
  const seen = new Set<string>();

  const visit = async (path: string, isNamed: boolean): Promise<void> => {
    let real: string, info: Deno.FileInfo;
    try {
      real = await Deno.realPath(path);
      info = await Deno.stat(real);
    } catch (error) {
      if (isNamed && error instanceof Deno.errors.NotFound) {
        throw new InputError(
          `Cannot ingest "${path}": the folder or file must exist: ${
            isUnreadableName(path)
              ? WRONG_NAME
              : "there is none; check the path"
          }`,
        );
      }
      files.set(path, { path, problem: problemOf(path, error) });
      return;
    }
    if (skipped.has(real)) return;
    if (info.isFile && TABLE.test(basename(path))) {
      if (!tables.includes(path)) tables.push(path);
      return;
    }
    const reason = seen.has(real)
      ? "twice"
      : info.isDirectory || isNamed
      ? undefined
      : await reasonToLeaveOut(path, info, pictures);
    if (reason !== undefined) {
      leftOut.push({ path, reason });
      return;
    }
    seen.add(real);
    if (info.isDirectory) await visitFolder(path);
    else {
      const problem = info.isFile ? undefined : "it is a device or a pipe";
      files.set(path, { path, ...(problem && { problem }) });
    }
  };

  const visitFolder = async (folder: string): Promise<void> => {
    const names: string[] = [];
    const folders = new Set<string>();
    try {
      for await (const { name, isDirectory } of Deno.readDir(folder)) {
        names.push(name);
        if (isDirectory) folders.add(name);
      }
    } catch (error) {
      files.set(folder, { path: folder, problem: problemOf(folder, error) });
      return;
    }
    const { byVideo, alone } = pairSidecars(
      names.filter((name) => !folders.has(name)),
    );
    const captions = new Set(
      [...byVideo.values()].flat().map(({ name }) => name),
    );
    const others = new Set(alone);
    // Sorted, so that the first of several paths to a file is deterministic.
    for (const name of names.sort()) {
      const path = join(folder, name);
      if (isHidden(name)) leftOut.push({ path, reason: "hidden" });
      else if (others.has(name) && !/\.json$/i.test(name)) {
        leftOut.push({ path, reason: "alone" });
      } else if (!captions.has(name)) await visit(path, false);
    }
  };

  for (const place of places) await visit(resolve(place), true);
  return {
    files: [...files.values()].sort((a, b) => (a.path < b.path ? -1 : 1)),
    leftOut,
    tables,
  };
}

async function reasonToLeaveOut(
  path: string,
  { isFile }: Deno.FileInfo,
  pictures: boolean,
): Promise<LeftOut["reason"] | undefined> {
  if (pictures && isPictureName(path)) return undefined;
  if (!isVideoName(path)) return "other";
  return isFile && extensionOf(path) === "ts" && !await isTransportStream(path)
    ? "code"
    : undefined;
}

async function realPath(path: string): Promise<string> {
  return await Deno.realPath(path).catch(() => resolve(path));
}

function problemOf(path: string, error: unknown): string {
  if (error instanceof Deno.errors.NotFound) {
    return isUnreadableName(path) ? WRONG_NAME : "the link is broken";
  }
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

const WRONG_NAME = "its name is not UTF-8, so Deno cannot open it; rename it";

/** Deno replaces bytes that are no UTF-8, which leads to another name. */
function isUnreadableName(path: string): boolean {
  return path.includes("\ufffd");
}
