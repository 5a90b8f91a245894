import {
  InputError,
  isNdArray,
  leavesOf,
  type NdArray,
  Rng,
  sameShape,
  shapeText,
  treeFrom,
} from "../../core/mod.ts";
import {
  readSafetensors,
  writeSafetensors,
} from "../../formats/safetensors/mod.ts";
import { type World3dConfig, world3dConfigSchema } from "./config.ts";
import { initWorld3d, type World3dParameters } from "./network.ts";

/** Version of the file; raised when old ones can no longer be read. */
const SCHEMA = "world3d 1";

/** A trained network. */
export interface TrainedWorld3d {
  readonly config: World3dConfig;
  readonly parameters: World3dParameters;
  /** SHA-256 of the file, hexadecimal: names these weights in results. */
  readonly digest: string;
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
  await writeSafetensors(path, leavesOf(parameters, isNdArray), {
    schema: SCHEMA,
    config: JSON.stringify(config),
  }, { dtype: "float16" });
}

/**
 * Reads a trained network.
 *
 * @throws {InputError} if the file is missing, damaged, no world3d network, or
 *   lacks a tensor
 *
 * @example
 * ```ts
 * import { Rng } from "lib/core/mod.ts";
 * import { initWorld3d, loadWorld3d, saveWorld3d } from "lib/evaluation/mod.ts";
 * import assert from "node:assert/strict";
 *
 * const config = {
 *   frames: 8, size: 32, fps: 8, stills: 2, still: [8, 8, 8], motion: [8, 8, 8], features: 8,
 *   classes: { object: ["cat", "dog"], colour: ["red"], motion: ["left"], camera: ["still"] },
 * } satisfies Parameters<typeof saveWorld3d>[2];
 * const path = await Deno.makeTempFile({ suffix: ".safetensors" });
 * await saveWorld3d(path, initWorld3d(config, new Rng(1)), config);
 * assert.deepEqual((await loadWorld3d(path)).config, config);
 * ```
 */
export async function loadWorld3d(path: string): Promise<TrainedWorld3d> {
  const { metadata, tensors } = await readSafetensors(path);
  if (metadata.schema !== SCHEMA) {
    throw new InputError(
      `Cannot use "${path}": it must be a network of schema "${SCHEMA}": ` +
        `current schema is "${metadata.schema ?? "none"}"; train one with ` +
        `deno task world3d`,
    );
  }
  const config = world3dConfigSchema.parse(
    JSON.parse(metadata.config ?? "null"),
  );
  // What a network of this configuration is made of; its values do not count.
  for (
    const [name, { shape }] of leavesOf(
      initWorld3d(config, new Rng(0)),
      isNdArray,
    )
  ) {
    const found = tensors.get(name);
    if (found && sameShape(found.shape, shape)) continue;
    throw new InputError(
      `Cannot use "${path}": tensor "${name}" must have shape ` +
        `${shapeText(shape)}: ${
          found ? `it has ${shapeText(found.shape)}` : "it is missing"
        }; get the file again`,
    );
  }
  return {
    config,
    parameters: treeFrom<NdArray>(tensors) as unknown as World3dParameters,
    digest: await digestOfFile(path),
  };
}

/** SHA-256 of a file's bytes, hexadecimal. */
export async function digestOfFile(path: string): Promise<string> {
  const digest = await crypto.subtle.digest(
    "SHA-256",
    await Deno.readFile(path),
  );
  return new Uint8Array(digest).toHex();
}
