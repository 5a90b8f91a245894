import {
  assertWritableFolder,
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
}

/**
 * Features of a set of videos, of one clip of each from its start; from the
 * cache, if they were computed before from the same files with the same
 * setting.
 *
 * @throws {InputError} if a video is damaged or too short
 * @throws {StoppedError} if the signal is aborted
 */
export async function featuresOfVideos(
  set: VideoSet,
  work: FeatureWork,
): Promise<FeatureSummary> {
  const { network, shape, cache, progress, signal } = work;
  const setting: FeatureSetting = {
    ...settingOf(network, shape, work.size),
    ...(work.resize && { resize: work.resize }),
  };
  const file = `${cache}/${await keyOf(set, setting)}.safetensors`;
  if (await Deno.stat(file).catch(() => undefined)) {
    try {
      return await loadStatistics(file);
    } catch (error) {
      // A damaged file is computed again.
      if (!(error instanceof InputError)) throw error;
    }
  }
  await assertWritableFolder(cache, "--cache");
  const statistics = new FeatureStatistics(setting);
  using task = progress.start({
    label: `${network.setting.network}, ${set.path}`,
    total: set.videos.length,
    unit: "clips",
  });
  for (let from = 0; from < set.videos.length; from += network.batch) {
    if (signal.aborted) throw new StoppedError("Measuring was stopped");
    const clips = await Promise.all(
      set.videos.slice(from, from + network.batch)
        .map(({ path }) => decodeClip(path, shape)),
    );
    for (const row of await network.featuresOf(clips)) statistics.add(row);
    task.update(from + clips.length);
  }
  await makeWritableFolder(cache, "--cache");
  await saveStatistics(file, statistics);
  return statistics;
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
