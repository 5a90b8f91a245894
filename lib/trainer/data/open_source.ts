import { createHash } from "node:crypto";
import { basename, dirname, resolve } from "node:path";
import { exists, InputError } from "../../core/mod.ts";
import { readShots, type Shot } from "../../dataset/curate/mod.ts";
import type { DataSource } from "../run/config.ts";

/** A source of real video, its manifest read. */
export interface OpenSource extends DataSource {
  /** Short name for messages. */
  readonly name: string;
  /**
   * In an order that follows from their ids alone: the first so many are a random
   * choice, whatever the names of the files, and new shots move no others.
   */
  readonly shots: readonly Shot[];
}

/**
 * Reads the manifest of a source.
 *
 * @throws {InputError} if it is no ingested folder, or its videos have moved
 */
export async function openSource(
  { path, weight }: DataSource,
): Promise<OpenSource> {
  const manifest = manifestIn(path);
  if (!await exists(manifest)) {
    throw new InputError(
      `Cannot train on "${path}": it must be a folder that deno task ingest ` +
        `wrote: it has no manifest.jsonl; run deno task ingest VIDEOS --out ` +
        path,
    );
  }
  const shots = await readShots(manifest);
  await assertFilesExist(manifest, shots);
  const name = basename(dirname(resolve(manifest)));
  return { path, weight, shots: inRandomOrder(shots), name };
}

function inRandomOrder(shots: readonly Shot[]): readonly Shot[] {
  const keyed = shots.map((shot) => ({
    shot,
    key: createHash("sha256").update(shot.id).digest("hex"),
  }));
  return keyed.toSorted((a, b) => a.key < b.key ? -1 : 1)
    .map(({ shot }) => shot);
}

/** The manifest of a source: the file itself, or that in the folder. */
export function manifestIn(path: string): string {
  return path.endsWith(".jsonl") ? path : `${path}/manifest.jsonl`;
}

/** Files whose existence is checked at the start, spread over the manifest. */
const CHECKED_FILES = 20;

/** A few lost files are replaced later; a folder that moved is an error at once. */
async function assertFilesExist(
  manifest: string,
  shots: readonly Shot[],
): Promise<void> {
  const step = Math.max(1, Math.floor(shots.length / CHECKED_FILES));
  const paths = shots.filter((_, i) => i % step === 0).map(({ path }) => path);
  for (const path of paths) if (await exists(path)) return;
  throw new InputError(
    `Cannot train on "${manifest}": its files must lie where it says, seen from ` +
      `its folder: none of ${paths.length} that were tried is there, such as ` +
      `"${paths[0]}"; move the folders back, or ingest again`,
  );
}
