import { InputError, writeFileAtomically } from "../../core/mod.ts";
import { loadStatistics, saveStatistics } from "../distribution/mod.ts";
import { settingOf } from "../feature_network.ts";
import type { ClipScores, ScoreOptions } from "./clip_scores.ts";
import type { PromptSet } from "./prompt_set.ts";

/** Raised when what is scored, or how, changes. */
const VERSION = 2;

/**
 * Scores of a prompt set from the cache, or else computed and cached, so that
 * an evaluation that was stopped goes on where it was.
 *
 * @param folder Of the cache.
 * @param source Plain data that names how the clips are made: the same source
 *   makes the same clips.
 */
export async function cachedScores(
  folder: string,
  source: unknown,
  prompts: PromptSet,
  { world3d, distances, latentFrames, byObject }: ScoreOptions,
  compute: () => Promise<ClipScores>,
): Promise<ClipScores> {
  const { shape } = world3d;
  const labelled = [];
  for (let i = 0; i < prompts.count; i++) labelled.push(await prompts.at(i));
  const key = {
    version: VERSION,
    source,
    prompts: await digestOfText(JSON.stringify(labelled)),
    // The first clip stands for the renderer of the world.
    world: await digestOf((await prompts.realClip(0, shape)).data),
    judge: settingOf(world3d, shape),
    distances: distances.map((network) => settingOf(network, shape)),
    latentFrames,
    byObject,
  };
  const name = (await digestOfText(JSON.stringify(key))).slice(0, 32);
  const base = `${folder}/scores-${name}`;
  const cached = await readScores(base, distances.length);
  if (cached) return cached;
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

/** The cached scores, if they are complete and undamaged. */
async function readScores(
  base: string,
  networks: number,
): Promise<ClipScores | undefined> {
  try {
    const { scores } = JSON.parse(await Deno.readTextFile(`${base}.json`));
    const features = [];
    for (let i = 0; i < networks; i++) {
      features.push(await loadStatistics(`${base}-${i}.safetensors`));
    }
    return { ...scores, features };
  } catch (error) {
    if (
      error instanceof Deno.errors.NotFound || error instanceof InputError ||
      error instanceof SyntaxError
    ) return undefined;
    throw error;
  }
}

/** SHA-256, hexadecimal. */
async function digestOf(bytes: BufferSource): Promise<string> {
  const digest = await crypto.subtle.digest("SHA-256", bytes);
  return new Uint8Array(digest).toHex();
}

function digestOfText(text: string): Promise<string> {
  return digestOf(new TextEncoder().encode(text));
}
