import {
  inceptionFromKeras,
  type InceptionParameters,
  loadInception,
  saveInception,
} from "../../evaluation/mod.ts";
import { INCEPTION_FILE } from "./catalogue.ts";
import { kerasTensors, NSFWJS_INCEPTION } from "./keras_package.ts";

/**
 * Converts InceptionV3 from the package that holds it.
 *
 * @param folder Folder of converted weights.
 * @returns path of the converted weights
 * @throws {InputError} if the package is not whole
 */
export async function convertInception(folder: string): Promise<string> {
  const tensors = kerasTensors(NSFWJS_INCEPTION);
  const parameters = inceptionFromKeras(
    (name) => tensors.get(name),
    NSFWJS_INCEPTION.name,
  );
  await Deno.mkdir(folder, { recursive: true });
  const target = `${folder}/${INCEPTION_FILE}`;
  await saveInception(target, parameters, NSFWJS_INCEPTION.sha256);
  return target;
}

/** InceptionV3 as converted before, or converted now: a few seconds, once. */
export async function convertedInception(
  folder: string,
): Promise<{ parameters: InceptionParameters; digest: string }> {
  const path = `${folder}/${INCEPTION_FILE}`;
  if (!await Deno.stat(path).catch(() => undefined)) {
    await convertInception(folder);
  }
  return await loadInception(path);
}
