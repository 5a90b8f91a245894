import { encode } from "fast-png";
import { CHANNELS, writeFileAtomically } from "lib/core/mod.ts";
import type { Image } from "./image.ts";
import { withOutputErrors } from "./_output_file.ts";

/**
 * Encodes an image as PNG.
 *
 * @param image `[H,W,3]`, RGB in [0,255].
 *
 * @example
 * ```ts
 * import { encodePng } from "lib/dataset/encode/mod.ts";
 * import assert from "node:assert/strict";
 *
 * const png = encodePng({ width: 1, height: 1, data: Uint8Array.of(255, 0, 0) });
 * assert.deepEqual([...png.subarray(1, 4)], [..."PNG"].map((c) => c.charCodeAt(0)));
 * ```
 */
export function encodePng({ width, height, data }: Image): Uint8Array {
  return encode({ width, height, data, depth: 8, channels: CHANNELS });
}

/**
 * Writes an image as a PNG file.
 *
 * @param path Where to; an existing file is replaced in one step.
 * @param image `[H,W,3]`, RGB in [0,255].
 * @throws {InputError} if the folder is missing or must not be written to
 *
 * @example
 * ```ts
 * import { writePng } from "lib/dataset/encode/mod.ts";
 * import assert from "node:assert/strict";
 *
 * const path = await Deno.makeTempFile({ suffix: ".png" });
 * await writePng(path, { width: 2, height: 1, data: new Uint8Array(6) });
 * assert.ok((await Deno.stat(path)).size > 0);
 * ```
 */
export async function writePng(path: string, image: Image): Promise<void> {
  await withOutputErrors(
    path,
    () => writeFileAtomically(path, encodePng(image)),
  );
}
