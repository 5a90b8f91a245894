import { InputError, writeFileAtomically } from "../../core/mod.ts";
import { readJson } from "../../formats/text/mod.ts";
import { digestOfBytes } from "../_weights_file.ts";
import { loadStatistics, saveStatistics } from "../distribution/mod.ts";
import type { ClipScores } from "./clip_scores.ts";

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
    const { scores } = await readJson(`${base}.json`) as {
      scores: Omit<ClipScores, "features">;
    };
    const features = [];
    for (let i = 0; i < networks; i++) {
      features.push(await loadStatistics(`${base}-${i}.safetensors`));
    }
    return { ...scores, features };
  } catch (error) {
    // Scores that are missing, incomplete or damaged are computed again.
    if (!(error instanceof InputError)) throw error;
  }
  const computed = await compute();
  await Deno.mkdir(folder, { recursive: true });
  const { features, ...scores } = computed;
  for (const [i, summary] of features.entries()) {
    await saveStatistics(`${base}-${i}.safetensors`, summary);
  }
  // The JSON file is written last: where it is, the set is complete.
  await writeFileAtomically(`${base}.json`, JSON.stringify({ key, scores }));
  return computed;
}
