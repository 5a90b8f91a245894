import { loadWeights, saveWeights } from "../_weights_file.ts";
import { I3D_HEAD, I3D_LOGITS, I3D_POOLED, I3D_UNITS } from "./architecture.ts";
import type { I3dParameters } from "./network.ts";

/** Version of the file. */
const SCHEMA = "i3d 1";

/** I3D as it was read. */
export interface LoadedI3d {
  readonly parameters: I3dParameters;
  /** SHA-256 of the file, hexadecimal: names these weights in results. */
  readonly digest: string;
}

/**
 * Writes converted weights as one safetensors file.
 *
 * @param source SHA-256 of the PyTorch file that they come from.
 */
export async function saveI3d(
  path: string,
  parameters: I3dParameters,
  source: string,
): Promise<void> {
  await saveWeights(path, parameters, { schema: SCHEMA, source });
}

/**
 * Reads converted weights.
 *
 * @throws {InputError} if the file is missing, damaged or not I3D
 */
export async function loadI3d(path: string): Promise<LoadedI3d> {
  const { parameters, digest } = await loadWeights(path, {
    schema: SCHEMA,
    fix: "convert the public file with deno task weights import i3d FILE",
    shapesOf: () => [
      ...I3D_UNITS.flatMap(({ name, from, to, window }) =>
        [
          [`${name}/weight`, [window, window, window, from, to]],
          [`${name}/bias`, [to]],
        ] as const
      ),
      [`${I3D_HEAD}/weight`, [1, 1, 1, I3D_POOLED, I3D_LOGITS]],
      [`${I3D_HEAD}/bias`, [I3D_LOGITS]],
    ],
  });
  return { parameters: parameters as unknown as I3dParameters, digest };
}
