import { Rng } from "../../core/mod.ts";
import type { Table, VideoGrid } from "../../notebook/mod.ts";
import {
  lengthOf,
  planOf,
  type RunConfig,
  RunData,
  type Stage,
  titleOf,
} from "../../trainer/mod.ts";
import { clipVideo } from "./show_clip.ts";

/** The plan of a stage, its updates first. */
export function planTable(
  config: Pick<RunConfig, "plans" | "maxSteps">,
  stage: Stage,
): Table {
  const plan = planOf(config, stage);
  const words = (name: string) =>
    name.replaceAll(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
  return {
    columns: [stage, titleOf(stage)],
    rows: [
      ["updates", lengthOf(plan, config.maxSteps)],
      ...Object.entries(plan).map(([name, value]) => [words(name), value]),
    ],
  };
}

/**
 * Training clips of a stage with their captions, written into the run's folder.
 * Beside a caption of the synthetic world in another language stands the English
 * one.
 *
 * @param count Clips, the first of the data.
 * @param log Receives what the data leaves out.
 * @throws {InputError} if the data cannot be read
 */
export async function trainingClips(
  config: RunConfig,
  stage: Stage,
  count: number,
  log: (line: string) => void,
): Promise<VideoGrid> {
  await Deno.mkdir(config.run, { recursive: true });
  using data = await RunData.open(config, log);
  using english = await RunData.open({ ...config, languages: "en" });
  const { samples } = planOf(config, stage);
  const bucketOf = (data: RunData) =>
    data.clips(stage, "train", samples).buckets[0]!;
  const { source, shape } = bucketOf(data);
  const inEnglish = bucketOf(english).source;
  const videos = Array.from({ length: count }, async (_, i) => {
    const index = i % source.length;
    const rng = () => new Rng(config.seed).fork(`look ${i}`);
    const { clip, caption } = await source.clipAt(index, shape, rng());
    const known = await inEnglish.captionAt?.(index, rng());
    const text = known === undefined || known.caption === caption
      ? caption
      : `${caption} (${known.caption})`;
    return await clipVideo(`${config.run}/shown_${stage}_${i}.mp4`, clip, text);
  });
  return { videos: await Promise.all(videos) };
}
