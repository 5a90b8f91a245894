import * as z from "zod";
import {
  checkedJson,
  InputError,
  writeFileAtomically,
} from "../../core/mod.ts";
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
 */
export async function cachedScores(
  folder: string,
  key: unknown,
  networks: number,
  compute: () => Promise<ClipScores>,
): Promise<ClipScores> {
  const name = (await digestOfBytes(JSON.stringify(key))).slice(0, 32);
  const base = `${folder}/scores-${name}`;
  try {
    const scores = await readScores(`${base}.json`);
    const features = [];
    for (let i = 0; i < networks; i++) {
      features.push(await loadStatistics(`${base}-${i}.safetensors`));
    }
    return { ...scores, features };
  } catch (error) {
    // Scores that are missing, incomplete or damaged are computed again.
    if (
      !(error instanceof Deno.errors.NotFound || error instanceof InputError)
    ) throw error;
  }
  const computed = await compute();
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
