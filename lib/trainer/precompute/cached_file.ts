import { InputError, type NdArray } from "../../core/mod.ts";
import { readSafetensors } from "../../formats/safetensors/mod.ts";
import { unstackArrays } from "../../core/mod.ts";
import type { CachedClip } from "./latent_cache.ts";

/** One file of a latent cache, for a look at what training sees. */
export interface CachedFile {
  /** Name of the source of the clips. */
  readonly source: string;
  /** Digest of the weights that encoded them. */
  readonly codec: string;
  readonly fps: number;
  readonly clips: readonly CachedClip[];
  /** Not normalised, `[t,h,w,Z]` each. */
  readonly latents: readonly NdArray<"float32">[];
}

/**
 * Reads a whole file of a latent cache.
 *
 * @throws {InputError} if there is no such file, or it is something else
 */
export async function readCachedFile(path: string): Promise<CachedFile> {
  const { metadata, tensors } = await readSafetensors(path);
  const latents = tensors.get("latents");
  const { source, codec, fps, clips } = metadata;
  if (!latents || !source || !codec || !fps || !clips) {
    throw new InputError(
      `Cannot read "${path}": it must be a file of a latent cache: it is not; ` +
        "pass one of RUN/latents/*/*.safetensors",
    );
  }
  return {
    source,
    codec,
    fps: Number(fps),
    clips: JSON.parse(clips),
    latents: unstackArrays(latents as NdArray<"float32">),
  };
}
