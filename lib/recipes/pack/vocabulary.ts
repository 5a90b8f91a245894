import { readShots } from "../../dataset/curate/mod.ts";
import {
  type TrainedModels,
  type Vocabulary,
  wordsOf,
} from "../../pipeline/mod.ts";
import { manifestIn, readData } from "../../trainer/mod.ts";
import { captionWords } from "./caption_words.ts";

/**
 * The words that the models of a folder have read: their own list, the world's,
 * the data's or both.
 *
 * @throws {InputError} if a manifest of the data is missing or damaged
 */
export async function vocabularyOf(
  folder: string,
  { vocabulary }: Pick<TrainedModels, "vocabulary">,
): Promise<Vocabulary> {
  const data = await readData(folder);
  if (data === undefined && vocabulary !== undefined) return vocabulary;
  const world = data?.world === 0 ? {} : await captionWords();
  const words = new Set<string>();
  for (const { path } of data?.data ?? []) {
    for (const { captions } of await readShots(manifestIn(path))) {
      for (const { text } of captions) {
        for (const word of wordsOf(text)) words.add(word);
      }
    }
  }
  return words.size === 0 ? world : { ...world, und: [...words].sort() };
}
