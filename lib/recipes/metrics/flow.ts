import { StoppedError } from "../../core/mod.ts";
import type { ClipShape } from "../../dataset/batches/mod.ts";
import { decodeClip } from "../../dataset/decode/mod.ts";
import { medianFlow, opticalFlow } from "../../evaluation/mod.ts";
import type { MetricHost } from "./host.ts";
import { short } from "./short.ts";
import type { VideoSet } from "./videos.ts";

/** Median displacement of the pixels of videos. */
export interface FlowResult {
  readonly metric: "flow";
  readonly clips: readonly {
    readonly path: string;
    /** Pixels a second, x to the right, y down; null where nothing has texture. */
    readonly velocity: readonly [x: number, y: number] | null;
  }[];
}

/**
 * Estimates which way the picture of each video goes, at which speed.
 *
 * @throws {StoppedError} if the signal is aborted
 */
export async function flowOfVideos(
  sets: readonly VideoSet[],
  shape: ClipShape,
  { progress, signal }: MetricHost,
): Promise<FlowResult> {
  const videos = sets.flatMap(({ videos }) => videos);
  using task = progress.start({
    label: "flow",
    total: videos.length,
    unit: "clips",
  });
  const clips: FlowResult["clips"][number][] = [];
  for (const { path } of videos) {
    if (signal.aborted) throw new StoppedError("Measuring was stopped");
    const median = medianFlow(opticalFlow(await decodeClip(path, shape)));
    const velocity = median &&
      [median[0] * shape.fps, median[1] * shape.fps] as const;
    clips.push({ path, velocity: velocity ?? null });
    task.update(clips.length);
  }
  return { metric: "flow", clips };
}

/** The result as lines for people. */
export function flowText({ clips }: FlowResult): string {
  return clips.map(({ path, velocity }) =>
    velocity
      ? `${path}: ${short(velocity[0])} pixels a second to the right, ` +
        `${short(velocity[1])} down (median of the pixels with texture)`
      : `${path}: no texture to follow`
  ).join("\n");
}
