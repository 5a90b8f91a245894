import { loadWeights, saveWeights } from "../_weights_file.ts";
import { convolutionsOf, tapChannels, type Trunk } from "./architecture.ts";
import type { LpipsParameters } from "./network.ts";

/** Version of the file. */
const schemaOf = (trunk: Trunk): string => `lpips ${trunk} 1`;

/** A trunk with its heads, as it was read. */
export interface LoadedLpips {
  readonly trunk: Trunk;
  readonly parameters: LpipsParameters;
  /** SHA-256 of the file, hexadecimal: names these weights in results. */
  readonly digest: string;
}

/**
 * Writes converted weights as one safetensors file.
 *
 * @param source SHA-256 of the PyTorch files that they come from.
 */
export async function saveLpips(
  path: string,
  trunk: Trunk,
  parameters: LpipsParameters,
  source: string,
): Promise<void> {
  await saveWeights(path, parameters, { schema: schemaOf(trunk), source });
}

/**
 * Reads converted weights.
 *
 * @throws {InputError} if the file is missing, damaged or not LPIPS of this trunk
 */
export async function loadLpips(
  path: string,
  trunk: Trunk,
): Promise<LoadedLpips> {
  const { parameters, digest } = await loadWeights(path, {
    schema: schemaOf(trunk),
    fix:
      "convert the public files with deno task weights import lpips TRUNK HEADS",
    shapesOf: () => [
      ...convolutionsOf(trunk).flatMap(({ name, from, to, window }) =>
        [
          [`trunk/${name}/weight`, [window, window, from, to]],
          [`trunk/${name}/bias`, [to]],
        ] as const
      ),
      ...tapChannels(trunk).map((channels, i) =>
        [`heads/lin${i}`, [channels]] as const
      ),
    ],
  });
  return {
    trunk,
    parameters: parameters as unknown as LpipsParameters,
    digest,
  };
}
