import { createHash } from "node:crypto";
import {
  InputError,
  type NdArray,
  type Progress,
  Rng,
  stackArrays,
  StoppedError,
  unstackArrays,
  zeros,
} from "../../core/mod.ts";
import {
  type CaptionedClip,
  type ClipShape,
  type ClipSource,
  Prefetcher,
} from "../../dataset/batches/mod.ts";
import {
  readSafetensors,
  readSafetensorsHeader,
  writeSafetensors,
} from "../../formats/safetensors/mod.ts";
import type { Codec } from "../../pipeline/mod.ts";

/** Clips of one file; a killed run loses at most one file. */
const SHARD = 256;
/** Clips of one encoder batch. */
const BATCH = 8;
/** Version of the files; raised when old ones can no longer be read. */
const SCHEMA = "1";

/** Clips to encode, the encoder, and the folder. */
export interface LatentCacheOptions {
  readonly source: ClipSource;
  readonly shape: ClipShape;
  /** Chooses the part of longer videos. */
  readonly seed: number;
  readonly codec: Codec;
  /** Digest of the codec's weights. */
  readonly codecDigest: string;
  /** Folder of the files; created if missing. */
  readonly folder: string;
  readonly progress: Progress;
  /** Stops after the current file, with a `StoppedError`. */
  readonly signal?: AbortSignal;
}

/** A clip in a cache. */
export interface CachedClip {
  readonly id: string;
  /** SHA-256 of the frames that were encoded. */
  readonly frames: string;
  readonly caption: string;
  readonly language: string;
  /** Number in the source, where another clip takes its place. */
  readonly index?: number;
}

/** Latents of a source's clips, on disk. */
export interface LatentCache {
  /** Number of clips. */
  readonly length: number;
  /** Digest of source, weights, shape and seed. */
  readonly key: string;
  /** Mean of the posterior, not normalised: `[t,h,w,Z]`. */
  latentAt(index: number): Promise<NdArray<"float32">>;
  /** Metadata of a clip. */
  entryAt(index: number): Promise<CachedClip>;
}

/**
 * Encodes the clips of a source, or reuses the files of an earlier run. Files are
 * keyed by weights, shape, seed and the names of the clips. The first clip of
 * each file is drawn again: if its frames differ, the file is encoded again, for
 * clips may change under the same name.
 *
 * @throws {InputError} if a clip can no longer be read
 */
export async function openLatentCache(
  options: LatentCacheOptions,
): Promise<LatentCache> {
  const { source, folder, progress, signal } = options;
  const key = keyOf(options);
  const home = `${folder}/${key}`;
  await Deno.mkdir(home, { recursive: true });
  const shards: Shard[] = [];
  using task = progress.start({
    label: `latents of ${source.name}`,
    total: source.length,
    unit: "clips",
  });
  for (let begin = 0; begin < source.length; begin += SHARD) {
    if (signal?.aborted) {
      throw new StoppedError(
        `Encoding of ${source.name} was stopped at clip ${begin}; encoded ` +
          "clips are kept",
      );
    }
    const end = Math.min(begin + SHARD, source.length);
    const path = `${home}/${String(begin).padStart(8, "0")}.safetensors`;
    const found = await readShard(path, end - begin);
    const isFresh = found &&
      (await clipAt(options, begin)).frames === found.clips[0]!.frames;
    shards.push(isFresh ? found : await writeShard(options, path, begin, end));
    task.update(end);
  }
  const shardOf = (index: number): Shard => shards[Math.floor(index / SHARD)]!;
  return {
    length: source.length,
    key,
    async latentAt(index) {
      const shard = shardOf(index);
      const found = await latentIn(shard, index % SHARD);
      if (found) return found;
      // Deleted or truncated during the run: encode again.
      const begin = index - index % SHARD;
      const end = begin + shard.clips.length;
      await writeShard(options, shard.path, begin, end);
      return (await latentIn(shard, index % SHARD))!;
    },
    entryAt: (index) => Promise.resolve(shardOf(index).clips[index % SHARD]!),
  };
}

/** A file of latents. */
interface Shard {
  readonly path: string;
  readonly clips: readonly CachedClip[];
  /** `[t,h,w,Z]` */
  readonly shape: readonly number[];
  /** Offset of the latents, in bytes. */
  readonly begin: number;
}

function keyOf(
  { source, shape, seed, codecDigest }: LatentCacheOptions,
): string {
  const { frames, height, width, fps } = shape;
  return createHash("sha256").update(JSON.stringify([
    SCHEMA,
    source.name,
    source.length,
    [frames, height, width, fps],
    seed,
    codecDigest,
  ])).digest("hex").slice(0, 16);
}

/** A clip, and the SHA-256 of its frames. */
type FramedClip = CaptionedClip & { readonly frames: string };

async function clipAt(
  { source, shape, seed }: LatentCacheOptions,
  index: number,
): Promise<FramedClip> {
  const clip = await source.clipAt(
    index,
    shape,
    new Rng(seed).fork(`cached clip ${index}`),
  );
  const frames = createHash("sha256").update(
    new Uint8Array(clip.clip.data.buffer),
  ).digest("hex");
  return { ...clip, frames };
}

/** The clips of an encoder batch, up to an end. */
async function clipsFrom(
  options: LatentCacheOptions,
  first: number,
  end: number,
): Promise<FramedClip[]> {
  // At once, so that all decoding threads work.
  return await Promise.all(
    Array.from(
      { length: Math.min(BATCH, end - first) },
      (_, i) => clipAt(options, first + i),
    ),
  );
}

async function writeShard(
  options: LatentCacheOptions,
  path: string,
  begin: number,
  end: number,
): Promise<Shard> {
  const latents: NdArray<"float32">[] = [];
  const clips: CachedClip[] = [];
  await using batches = new Prefetcher(
    (index) => clipsFrom(options, begin + index * BATCH, end),
    1,
  );
  const steps = Math.ceil((end - begin) / BATCH);
  for (let step = 0; step < steps; step++) {
    const [batch] = await batches.take(step, step + 1 < steps);
    const encoded = await options.codec.encode(batch!.map(({ clip }) => clip));
    latents.push(...unstackArrays(encoded));
    clips.push(
      ...batch!.map(({ id, frames, caption, language, index }) => ({
        id,
        frames,
        caption,
        language,
        ...(index !== undefined && { index }),
      })),
    );
  }
  await writeSafetensors(path, [["latents", stackArrays(latents)]], {
    schema: SCHEMA,
    source: options.source.name,
    codec: options.codecDigest,
    fps: String(options.shape.fps),
    clips: JSON.stringify(clips),
  });
  const shard = await readShard(path, end - begin);
  if (shard) return shard;
  throw new InputError(
    `Cannot use "${path}": another process has changed it; let one run use ` +
      "the folder at a time",
  );
}

/** Reads the header of a file; undefined if it is missing or corrupt. */
async function readShard(
  path: string,
  count: number,
): Promise<Shard | undefined> {
  try {
    const { metadata, entries: [entry] } = await readSafetensorsHeader(path);
    if (metadata.schema !== SCHEMA || entry?.shape[0] !== count) {
      return undefined;
    }
    const { size } = await Deno.stat(path);
    return {
      path,
      clips: JSON.parse(metadata.clips!),
      shape: entry.shape.slice(1),
      begin: size - entry.end,
    };
  } catch (error) {
    if (error instanceof InputError) return undefined;
    throw error;
  }
}

/** Reads one latent; undefined if the file is missing or truncated. */
async function latentIn(
  { path, shape, begin }: Shard,
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
export interface CachedFile {
  /** Name of the clip source. */
  readonly source: string;
  /** Digest of the encoder's weights. */
  readonly codec: string;
  readonly fps: number;
  readonly clips: readonly CachedClip[];
  /** Not normalised, `[t,h,w,Z]` each. */
  readonly latents: readonly NdArray<"float32">[];
}

/**
 * Reads a whole file of a latent cache.
 *
 * @throws {InputError} if the file is missing or of another kind
 */
export async function readCachedFile(path: string): Promise<CachedFile> {
  const { metadata, tensors } = await readSafetensors(path);
  const latents = tensors.get("latents");
  const { source, codec, fps, clips } = metadata;
  if (!latents || !source || !codec || !fps || !clips) {
    throw new InputError(
      `Cannot read "${path}": it must be a file of a latent cache; ` +
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
