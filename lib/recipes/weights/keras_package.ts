import { createHash } from "node:crypto";
import { createRequire } from "node:module";
import { dirname } from "node:path";
import * as z from "zod";
import { float32, InputError, type NdArray, sizeOf } from "../../core/mod.ts";

/** A Keras model inside an npm package, quantised to bytes. */
export interface KerasPackage {
  /** With the version that `deno.json` pins, for messages. */
  readonly name: string;
  /** Name of the package. */
  readonly module: string;
  /** Folder of the model, seen from the folder of the package's main file. */
  readonly folder: string;
  /** SHA-256 of the quantised weights, hexadecimal. */
  readonly sha256: string;
}

/** InceptionV3 of nsfwjs: its first layers are those of Keras, trained on ImageNet. */
export const NSFWJS_INCEPTION: KerasPackage = {
  name: "nsfwjs@4.3.0",
  module: "nsfwjs",
  folder: "../models/inception_v3",
  sha256: "8a457f3fdec7db18b16e44323454db0eaeb8f314eda0046b2e293e58a5bfabf4",
};

/** The model file: what is read of it. */
const modelFile = z.object({
  weightsManifest: z.array(z.object({
    paths: z.array(z.string()),
    weights: z.array(z.object({
      name: z.string(),
      shape: z.array(z.int()),
      quantization: z.object({
        min: z.number(),
        scale: z.number(),
        dtype: z.literal("uint8"),
      }),
    })),
  })),
});

/**
 * Reads the tensors of a model in an npm package: bytes become
 * `min + scale * byte`.
 *
 * @returns tensors by Keras' names: `conv2d_7/kernel`
 * @throws {InputError} if the weights are not those of the pinned version
 */
export function kerasTensors(
  { name, module, folder, sha256 }: KerasPackage,
): Map<string, NdArray> {
  const require = createRequire(import.meta.url);
  const path = `${dirname(require.resolve(module))}/${folder}`;
  const { weightsManifest } = modelFile.parse(
    require(`${path}/model.min.js`),
  );
  const hash = createHash("sha256");
  const tensors = new Map<string, NdArray>();
  for (const { paths, weights } of weightsManifest) {
    const parts = paths.map((part) =>
      Uint8Array.fromBase64(require(`${path}/${part}.min.js`) as string)
    );
    const bytes = concatenated(parts);
    hash.update(bytes);
    let at = 0;
    for (const { name, shape, quantization: { min, scale } } of weights) {
      const size = sizeOf(shape);
      const values = Float32Array.from(
        bytes.subarray(at, at + size),
        (byte) => min + scale * byte,
      );
      tensors.set(name, float32(shape, values));
      at += size;
    }
  }
  const found = hash.digest("hex");
  if (found === sha256) return tensors;
  throw new InputError(
    `Checksum mismatch: the weights in package ${name} must have SHA-256 ` +
      `${sha256}: current value is ${found}; run deno install`,
  );
}

function concatenated(parts: readonly Uint8Array[]): Uint8Array {
  const bytes = new Uint8Array(parts.reduce((sum, p) => sum + p.length, 0));
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}
