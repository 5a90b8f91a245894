import * as z from "zod";
import {
  checkedJson,
  InputError,
  writeFileAtomically,
} from "../../core/mod.ts";
import { fromFirstRank, type Ranks } from "../../ranks/mod.ts";
import { digestOfBytes } from "../_weights_file.ts";
import { loadStatistics, saveStatistics } from "../distribution/mod.ts";
import type { ClipScores } from "./clip_scores.ts";

const cacheSchema = z.object({
  scores: z.record(z.string(), z.unknown()),
  digest: z.string(),
});

/**
 * Scores from the cache, or else computed and cached, so that an evaluation
 * that was stopped goes on where it was.
 *
 * @param folder Of the cache.
 * @param key Plain data that all of the scores depends on.
 * @param networks Number of feature summaries in the scores.
 * @param ranks The first alone reads and writes files.
 */
export async function cachedScores(
  folder: string,
  key: unknown,
  networks: number,
  ranks: Ranks,
  compute: () => Promise<ClipScores>,
): Promise<ClipScores> {
  const name = (await digestOfBytes(JSON.stringify(key))).slice(0, 32);
  const base = `${folder}/scores-${name}`;
  const known = await fromFirstRank(ranks, () => cached(base, networks));
  if (known) return known;
  const computed = await compute();
  if (ranks.rank > 0) return computed;
  await Deno.mkdir(folder, { recursive: true });
  const { features, ...scores } = computed;
  for (const [i, summary] of features.entries()) {
    await saveStatistics(`${base}-${i}.safetensors`, summary);
  }
  // The JSON file is written last: where it is, the set is complete.
  const digest = await digestOfBytes(JSON.stringify(scores));
  await writeFileAtomically(
    `${base}.json`,
    JSON.stringify({ key, scores, digest }),
  );
  return computed;
}

/** Scores in the cache; undefined where they are missing, incomplete or damaged. */
async function cached(
  base: string,
  networks: number,
): Promise<ClipScores | undefined> {
  try {
    const scores = await readScores(`${base}.json`);
    const features = [];
    for (let i = 0; i < networks; i++) {
      features.push(await loadStatistics(`${base}-${i}.safetensors`));
    }
    return { ...scores, features };
  } catch (error) {
    if (
      error instanceof Deno.errors.NotFound || error instanceof InputError
    ) return undefined;
    throw error;
  }
}

/** @throws {InputError} if the file is damaged, or has no digest as in earlier versions */
async function readScores(path: string): Promise<Omit<ClipScores, "features">> {
  const fix = "remove it: it is computed again";
  const { scores, digest } = checkedJson(
    await Deno.readTextFile(path),
    cacheSchema,
    `"${path}"`,
    fix,
  );
  if (await digestOfBytes(JSON.stringify(scores)) !== digest) {
    throw new InputError(`Checksum mismatch: "${path}" is corrupt; ${fix}`);
  }
  return scores as unknown as Omit<ClipScores, "features">;
}
