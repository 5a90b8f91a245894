import { InputError, type Progress } from "../../core/mod.ts";
import { decodeClip } from "../../dataset/decode/mod.ts";
import {
  type FeatureNetwork,
  type FeatureSetting,
  FeatureStatistics,
  type FeatureSummary,
  loadStatistics,
  saveStatistics,
  settingOf,
} from "../../evaluation/mod.ts";
import { StoppedError } from "../../trainer/mod.ts";
import type { ClipForm, VideoSet } from "./videos.ts";

/** What looking at a set of videos needs. */
export interface FeatureWork {
  readonly network: FeatureNetwork;
  /** What the videos are decoded to. */
  readonly form: ClipForm;
  /** How they get there, for the record. */
  readonly resize?: string;
  /** Pixels of the videos, for the record; those of the form if absent. */
  readonly size?: string;
  /** Folder of kept features. */
  readonly cache: string;
  readonly progress: Progress;
  readonly signal: AbortSignal;
}

/**
 * The features of a set of videos, one clip of each from its start: read one
 * after the other, none kept, or from the cache, if they were made before from
 * the same files with the same setting.
 *
 * @throws {InputError} if a video is damaged or too short
 * @throws {StoppedError} if the signal asked for it
 */
export async function featuresOfVideos(
  set: VideoSet,
  work: FeatureWork,
): Promise<FeatureSummary> {
  const { network, form, cache, progress, signal } = work;
  const setting: FeatureSetting = {
    ...settingOf(network, form, work.size),
    ...(work.resize && { resize: work.resize }),
  };
  const kept = `${cache}/${await keyOf(set, setting)}.safetensors`;
  if (await Deno.stat(kept).catch(() => undefined)) {
    try {
      return await loadStatistics(kept);
    } catch (error) {
      // A damaged copy is made again.
      if (!(error instanceof InputError)) throw error;
    }
  }
  const statistics = new FeatureStatistics(setting);
  using task = progress.start({
    label: `${network.name}, ${set.path}`,
    total: set.videos.length,
    unit: "clips",
  });
  for (let from = 0; from < set.videos.length; from += network.batch) {
    if (signal.aborted) throw new StoppedError("Measuring was stopped");
    const clips = await Promise.all(
      set.videos.slice(from, from + network.batch)
        .map(({ path }) => decodeClip(path, form)),
    );
    for (const row of await network.featuresOf(clips)) statistics.add(row);
    task.update(from + clips.length);
  }
  await Deno.mkdir(cache, { recursive: true });
  await saveStatistics(kept, statistics);
  return statistics;
}

/** Names a set of files, as they are now, and how they are looked at. */
async function keyOf(
  { videos }: VideoSet,
  setting: FeatureSetting,
): Promise<string> {
  const files = [];
  for (const { path } of videos) {
    const { size, mtime } = await Deno.stat(path);
    files.push([await Deno.realPath(path), size, mtime?.getTime()]);
  }
  const text = new TextEncoder().encode(JSON.stringify([setting, files]));
  const digest = await crypto.subtle.digest("SHA-256", text);
  return new Uint8Array(digest).toHex().slice(0, 32);
}
