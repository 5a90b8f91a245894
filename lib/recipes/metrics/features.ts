import {
  assertWritableFolder,
  exists,
  InputError,
  makeWritableFolder,
  type Progress,
  StoppedError,
} from "../../core/mod.ts";
import type { ClipShape } from "../../dataset/batches/mod.ts";
import { decodeClip } from "../../dataset/decode/mod.ts";
import {
  digestOfBytes,
  type FeatureNetwork,
  type FeatureSetting,
  FeatureStatistics,
  type FeatureSummary,
  loadStatistics,
  saveStatistics,
  settingOf,
} from "../../evaluation/mod.ts";
import {
  batchShareOf,
  fromFirstRank,
  joined,
  ONE_RANK,
  onFirstRank,
  type Ranks,
} from "../../ranks/mod.ts";
import type { VideoSet } from "./videos.ts";

/** How the features of videos are computed. */
export interface FeatureWork {
  readonly network: FeatureNetwork;
  /** Of the decoded clips. */
  readonly shape: ClipShape;
  /** Scaling of frames to that, for the record. */
  readonly resize?: string;
  /** Pixels of the videos, for the record; those of the shape if absent. */
  readonly size?: string;
  /** Folder of cached features. */
  readonly cache: string;
  readonly progress: Progress;
  readonly signal: AbortSignal;
  /** Processes that share the videos; default: this one. */
  readonly ranks?: Ranks | undefined;
}

/**
 * Features of a set of videos, of one clip of each from its start; from the
 * cache, if they were computed before from the same files with the same
 * setting. Several ranks compute those of some videos each; the result is that of
 * one, bit for bit.
 *
 * @throws {InputError} if a video is damaged or too short
 * @throws {StoppedError} if the signal is aborted
 */
export async function featuresOfVideos(
  set: VideoSet,
  work: FeatureWork,
): Promise<FeatureSummary> {
  const { network, shape, cache, ranks = ONE_RANK } = work;
  const setting: FeatureSetting = {
    ...settingOf(network, shape, work.size),
    ...(work.resize && { resize: work.resize }),
  };
  const file = `${cache}/${await keyOf(set, setting)}.safetensors`;
  const known = await loaded(file);
  // The first rank's: the others may see its file while it is written.
  if (await fromFirstRank(ranks, () => known !== undefined)) {
    return known ?? await loadStatistics(file);
  }
  await onFirstRank(ranks, () => assertWritableFolder(cache, "--cache"));
  const rows = await joined(ranks, await ownRows(set, work));
  const statistics = new FeatureStatistics(setting);
  const { dimension } = setting;
  for (let begin = 0; begin < rows.length; begin += dimension) {
    statistics.add(rows.subarray(begin, begin + dimension));
  }
  await onFirstRank(ranks, async () => {
    await makeWritableFolder(cache, "--cache");
    await saveStatistics(file, statistics);
  });
  return statistics;
}

/** Statistics in a file; undefined if there is none, or a damaged one. */
async function loaded(file: string): Promise<FeatureSummary | undefined> {
  if (!await exists(file)) return undefined;
  try {
    return await loadStatistics(file);
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    return undefined;
  }
}

/** Features of a rank's share of the videos, in batches of the network: `[N, D]`. */
async function ownRows(
  { path, videos }: VideoSet,
  { network, shape, progress, signal, ranks = ONE_RANK }: FeatureWork,
): Promise<Float32Array> {
  const { first, end } = batchShareOf(ranks, videos.length, network.batch);
  const own = videos.slice(first, end);
  using task = progress.start({
    label: `${network.setting.network}, ${path}`,
    total: own.length,
    unit: "clips",
  });
  const rows: number[] = [];
  for (let from = 0; from < own.length; from += network.batch) {
    if (signal.aborted) throw new StoppedError("Measuring was stopped");
    const clips = await Promise.all(
      own.slice(from, from + network.batch)
        .map(({ path }) => decodeClip(path, shape)),
    );
    for (const row of await network.featuresOf(clips)) rows.push(...row);
    task.update(from + clips.length);
  }
  return Float32Array.from(rows);
}

/** Names a set of files, as they are now, and the setting. */
async function keyOf(
  { videos }: VideoSet,
  setting: FeatureSetting,
): Promise<string> {
  const files = [];
  for (const { path } of videos) {
    const { size, mtime } = await Deno.stat(path);
    files.push([await Deno.realPath(path), size, mtime?.getTime()]);
  }
  return (await digestOfBytes(JSON.stringify([setting, files]))).slice(0, 32);
}
