import { createHash } from "node:crypto";
import {
  InputError,
  messageOf,
  type NdArray,
  type Progress,
  Rng,
  StoppedError,
  unstackArrays,
} from "../../core/mod.ts";
import {
  type CaptionedClip,
  type ClipShape,
  type ClipSource,
  Prefetcher,
} from "../../dataset/batches/mod.ts";
import type { Codec } from "../../pipeline/mod.ts";
import { joined, ONE_RANK, type Ranks } from "../../ranks/mod.ts";
import {
  type CachedClip,
  type LatentFile,
  latentIn,
  LATENTS_SCHEMA,
  openLatentFile,
  verifyLatents,
  writeLatentFile,
} from "./latent_file.ts";

/** Clips of one file; a killed run loses at most one file. */
const SHARD = 256;
/** Clips of one encoder batch. */
const BATCH = 8;

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
  /** Prints a line about a file that is encoded again. */
  readonly log?: (line: string) => void;
  /** Stops after the current file, with a `StoppedError`. */
  readonly signal?: AbortSignal;
  /** Processes that share the files among them; default: this one. */
  readonly ranks?: Ranks;
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
 * clips may change under the same name. So is a file whose checksums differ: that
 * of the header is compared here, that of the latents when a run first reads one.
 * Each of several ranks encodes some of the files.
 *
 * @throws {InputError} if a clip can no longer be read
 */
export async function openLatentCache(
  options: LatentCacheOptions,
): Promise<LatentCache> {
  const { source, folder, progress, signal, ranks = ONE_RANK } = options;
  const key = keyOf(options);
  const home = `${folder}/${key}`;
  await Deno.mkdir(home, { recursive: true });
  const shards: LatentFile[] = [];
  using task = progress.start({
    label: `latents of ${source.name}`,
    total: source.length,
    unit: "clips",
  });
  const begins = Array.from(
    { length: Math.ceil(source.length / SHARD) },
    (_, shard) => shard * SHARD,
  );
  const isOwn = (begin: number) => begin / SHARD % ranks.size === ranks.rank;
  const pathOf = (begin: number) =>
    `${home}/${String(begin).padStart(8, "0")}.safetensors`;
  const endOf = (begin: number) => Math.min(begin + SHARD, source.length);
  let stopped = Infinity;
  for (const begin of begins.filter(isOwn)) {
    if (signal?.aborted) {
      stopped = begin;
      break;
    }
    const end = endOf(begin);
    shards[begin / SHARD] =
      await freshShard(options, pathOf(begin), begin, end) ??
        await writeShard(options, pathOf(begin), begin, end);
    task.update(end);
  }
  // Also where the ranks wait for each other.
  stopped = Math.min(...await joined(ranks, Float32Array.of(stopped)));
  if (stopped < Infinity) {
    throw new StoppedError(
      `Encoding of ${source.name} was stopped at clip ${stopped}; encoded ` +
        "clips are kept",
    );
  }
  for (const begin of begins.filter((begin) => !isOwn(begin))) {
    shards[begin / SHARD] = await openShard(pathOf(begin), begin, endOf(begin));
  }
  const shardOf = (index: number): LatentFile =>
    shards[Math.floor(index / SHARD)]!;
  const encodeAgain = async (begin: number): Promise<void> => {
    const { path, clips } = shardOf(begin);
    const end = begin + clips.length;
    shards[begin / SHARD] = await writeShard(options, path, begin, end);
  };
  // One for each file, however many of its latents are read at once.
  const verified = new Map<number, Promise<void>>();
  const verify = (begin: number): Promise<void> => {
    const known = verified.get(begin);
    if (known) return known;
    const verifying = verifyLatents(shardOf(begin).path).catch((error) => {
      if (!(error instanceof InputError)) throw error;
      options.log?.(`encoded again: ${messageOf(error)}`);
      return encodeAgain(begin);
    });
    verified.set(begin, verifying);
    return verifying;
  };
  return {
    length: source.length,
    key,
    async latentAt(index) {
      const place = index % SHARD;
      await verify(index - place);
      const found = await latentIn(shardOf(index), place);
      if (found) return found;
      // Deleted or truncated during the run.
      await encodeAgain(index - place);
      return (await latentIn(shardOf(index), place))!;
    },
    entryAt: (index) => Promise.resolve(shardOf(index).clips[index % SHARD]!),
  };
}

function keyOf(
  { source, shape, seed, codecDigest }: LatentCacheOptions,
): string {
  const { frames, height, width, fps } = shape;
  return createHash("sha256").update(JSON.stringify([
    LATENTS_SCHEMA,
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

/** A file of an earlier run, unless it is missing, damaged or of other clips. */
async function freshShard(
  options: LatentCacheOptions,
  path: string,
  begin: number,
  end: number,
): Promise<LatentFile | undefined> {
  const found = await openLatentFile(path, end - begin).catch((error) => {
    if (!(error instanceof InputError)) throw error;
    options.log?.(`encoded again: ${messageOf(error)}`);
    return undefined;
  });
  if (!found) return undefined;
  const { frames } = await clipAt(options, begin);
  return frames === found.clips[0]!.frames ? found : undefined;
}

async function writeShard(
  options: LatentCacheOptions,
  path: string,
  begin: number,
  end: number,
): Promise<LatentFile> {
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
  await writeLatentFile(path, latents, clips, {
    source: options.source.name,
    codec: options.codecDigest,
    fps: options.shape.fps,
  });
  return await openShard(path, begin, end);
}

/** A file that was just written, perhaps by another rank. */
async function openShard(
  path: string,
  begin: number,
  end: number,
): Promise<LatentFile> {
  const shard = await openLatentFile(path, end - begin);
  if (shard) return shard;
  throw new InputError(
    `Cannot use "${path}": another process has changed it; let one run use ` +
      "the folder at a time",
  );
}
