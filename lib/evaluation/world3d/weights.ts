import {
  InputError,
  isNdArray,
  leavesOf,
  messageOf,
  Rng,
} from "../../core/mod.ts";
import { type Loaded, loadWeights, saveWeights } from "../_weights_file.ts";
import { type World3dConfig, world3dConfigSchema } from "./config.ts";
import { initWorld3d, type World3dParameters } from "./network.ts";

/** Version of the file; raised when old ones can no longer be read. */
export const WORLD3D_SCHEMA = "world3d 1";

/** A network with its configuration. */
export interface LoadedWorld3d extends Loaded<World3dParameters> {
  readonly config: World3dConfig;
}

/**
 * Writes a trained network as one safetensors file, in half precision, its
 * configuration inside.
 */
export async function saveWorld3d(
  path: string,
  parameters: World3dParameters,
  config: World3dConfig,
): Promise<void> {
  await saveWeights(path, parameters, {
    schema: WORLD3D_SCHEMA,
    config: JSON.stringify(config),
  }, { dtype: "float16" });
}

/**
 * Reads a trained network.
 *
 * @throws {InputError} if the file is missing, damaged, no world3d network, or
 *   lacks a tensor
 */
export async function loadWorld3d(path: string): Promise<LoadedWorld3d> {
  const weights = await loadWeights<World3dParameters>(path, {
    schema: WORLD3D_SCHEMA,
    fix: "train one with deno task world3d",
    form: ({ metadata }) =>
      leavesOf(
        initWorld3d(configOf(path, metadata.config), new Rng(0)),
        isNdArray,
      ).map(([name, { shape }]) => [name, shape]),
  });
  return { config: configOf(path, weights.metadata.config), ...weights };
}

function configOf(path: string, json = "null"): World3dConfig {
  try {
    return world3dConfigSchema.parse(JSON.parse(json));
  } catch (error) {
    throw new InputError(
      `Cannot use "${path}": it must hold the configuration of a world3d ` +
        `network: ${messageOf(error)}; train one with deno task world3d`,
    );
  }
}
