import * as z from "zod";
import {
  checkedJson,
  exists,
  InputError,
  type NdArray,
  stackArrays,
  unstackArrays,
  zeros,
} from "../../core/mod.ts";
import {
  checkDigest,
  checkSeal,
  readSafetensors,
  readSafetensorsHeader,
  sealed,
  writeSafetensors,
} from "../../formats/safetensors/mod.ts";

/** Version of the files; raised when old ones can no longer be read. */
export const LATENTS_SCHEMA = "1";
const FIX = "remove the file: its clips are encoded again";

/** A clip in a cache. */
export interface CachedClip {
  readonly id: string;
  /** SHA-256 of the frames that were encoded. */
  readonly frames: string;
  readonly caption: string;
  readonly language: string;
  /** Number in the source, where another clip takes its place. */
  readonly index?: number | undefined;
}

const clipsSchema = z.array(z.object({
  id: z.string(),
  frames: z.string(),
  caption: z.string(),
  language: z.string(),
  index: z.int().min(0).optional(),
})).min(1);

/** The header of a file of latents. */
export interface LatentFile {
  readonly path: string;
  readonly clips: readonly CachedClip[];
  /** `[t,h,w,Z]` */
  readonly shape: readonly number[];
  /** Offset of the latents, in bytes. */
  readonly begin: number;
}

/** What a file of latents says of itself. */
interface Origin {
  /** Name of the clip source. */
  readonly source: string;
  /** Digest of the encoder's weights. */
  readonly codec: string;
  readonly fps: number;
}

/** Writes latents `[t,h,w,Z]` and their clips as one file, with checksums. */
export async function writeLatentFile(
  path: string,
  latents: readonly NdArray<"float32">[],
  clips: readonly CachedClip[],
  { source, codec, fps }: Origin,
): Promise<void> {
  const tensors = [["latents", stackArrays(latents)]] as const;
  await writeSafetensors(
    path,
    tensors,
    sealed(tensors, {
      ...{ schema: LATENTS_SCHEMA, source, codec, fps: String(fps) },
      clips: JSON.stringify(clips),
    }),
  );
}

/**
 * Reads the header of a file of latents, which has a checksum of its own.
 *
 * @param count Clips that it must have.
 * @returns undefined if there is no such file.
 * @throws {InputError} if it is damaged, of another kind, or of an earlier
 *   version, without checksums
 */
export async function openLatentFile(
  path: string,
  count: number,
): Promise<LatentFile | undefined> {
  if (!await exists(path)) return undefined;
  const { metadata, entries } = await readSafetensorsHeader(path);
  const [entry] = entries;
  const [found, ...shape] = entry?.shape ?? [];
  if (metadata.schema !== LATENTS_SCHEMA || found !== count) {
    throw new InputError(
      `Cannot read "${path}": it must have the latents of ${count} clips, by ` +
        `schema ${LATENTS_SCHEMA}: it has ${found ?? 0}, by schema ` +
        `${metadata.schema ?? "none"}; ${FIX}`,
    );
  }
  if (metadata.seal === undefined) {
    throw new InputError(
      `Cannot read "${path}": it must have checksums: it has none, as those ` +
        `of earlier versions; ${FIX}`,
    );
  }
  checkSeal(path, metadata, [["latents", entry!]], FIX);
  const { size } = await Deno.stat(path);
  const clips = clipsOf(path, metadata.clips);
  return { path, clips, shape, begin: size - entry!.end };
}

/**
 * Compares the latents of a file with its checksum.
 *
 * @throws {InputError} if they differ, or the file is gone
 */
export async function verifyLatents(path: string): Promise<void> {
  const { metadata, tensors } = await readSafetensors(path);
  checkDigest(path, metadata, tensors, FIX);
}

/** Reads one latent; undefined if the file is missing or truncated. */
export async function latentIn(
  { path, shape, begin }: LatentFile,
  place: number,
): Promise<NdArray<"float32"> | undefined> {
  const latent = zeros(shape);
  const bytes = new Uint8Array(latent.data.buffer);
  try {
    using file = await Deno.open(path);
    await file.seek(begin + place * bytes.length, Deno.SeekMode.Start);
    for (let done = 0; done < bytes.length;) {
      const count = await file.read(bytes.subarray(done));
      if (count === null) return undefined;
      done += count;
    }
    return latent;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}

/** One file of a latent cache. */
export interface CachedFile extends Origin {
  readonly clips: readonly CachedClip[];
  /** Not normalised, `[t,h,w,Z]` each. */
  readonly latents: readonly NdArray<"float32">[];
}

/**
 * Reads a whole file of a latent cache; one of an earlier version has no
 * checksums and is not compared.
 *
 * @throws {InputError} if the file is missing, damaged or of another kind
 */
export async function readCachedFile(path: string): Promise<CachedFile> {
  const { metadata, tensors } = await readSafetensors(path);
  const latents = tensors.get("latents");
  const { source, codec, fps, clips } = metadata;
  if (!latents || !source || !codec || !(Number(fps) > 0) || !clips) {
    throw new InputError(
      `Cannot read "${path}": it must be a file of a latent cache; ` +
        "pass one of RUN/latents/*/*.safetensors",
    );
  }
  if (metadata.digest !== undefined) {
    checkSeal(path, metadata, tensors, FIX);
    checkDigest(path, metadata, tensors, FIX);
  }
  return {
    source,
    codec,
    fps: Number(fps),
    clips: clipsOf(path, clips),
    latents: unstackArrays(latents as NdArray<"float32">),
  };
}

function clipsOf(path: string, json = ""): CachedClip[] {
  return checkedJson(json, clipsSchema, `"${path}", clips`, FIX);
}
