import { type Clip, type Progress, StoppedError } from "../../core/mod.ts";
import {
  batchShareOf,
  fromAllRanks,
  ONE_RANK,
  type Ranks,
} from "../../ranks/mod.ts";
import {
  adherenceOf,
  type Scores,
  scoresOf,
  sumOfScores,
} from "../adherence/mod.ts";
import { FeatureStatistics, type FeatureSummary } from "../distribution/mod.ts";
import { type FeatureNetwork, settingOf } from "../feature_network.ts";
import {
  type LatentFrames,
  type SeamMotion,
  seamMotion,
  seamMotionOf,
} from "../seam_motion.ts";
import {
  meanQuality,
  type TemporalQuality,
  temporalQuality,
} from "../temporal_quality.ts";
import type { World3dNetwork, World3dPrediction } from "../world3d/mod.ts";
import type { PromptSet } from "./prompt_set.ts";

/** Scores of the clips generated for one prompt set, or of its real clips. */
export interface ClipScores {
  /** By each network of the distances. */
  readonly features: readonly FeatureSummary[];
  /** Adherence by group. */
  readonly adherence: Readonly<Record<string, Scores>>;
  /** Means over the clips. */
  readonly temporal: TemporalQuality;
  /** Motion across the seams of latent frames. */
  readonly seams: SeamMotion;
  /** Seconds of making the clips, without scoring; of the slowest rank. */
  readonly seconds: number;
}

/** How the clips of a prompt set are scored. */
export interface ScoreOptions {
  /** Shown in the progress. */
  readonly label: string;
  readonly world3d: World3dNetwork;
  /** Networks whose features are kept for distances; world3d may be one. */
  readonly distances: readonly FeatureNetwork[];
  /** Frames between the seams that are measured. */
  readonly latentFrames: LatentFrames;
  /** Whether adherence is grouped by object; otherwise its only group is `all`. */
  readonly byObject: boolean;
}

/** Resources of an evaluation. */
export interface ScoreHost {
  /** Clips that are made at a time. */
  readonly batch: number;
  readonly progress: Progress;
  readonly signal: AbortSignal;
  /** Milliseconds of a steady clock. */
  readonly clock: () => number;
  /** Processes that share the clips of each prompt set; default: this one. */
  readonly ranks?: Ranks | undefined;
}

/** What one clip adds to the scores. */
interface ClipScore {
  readonly group: string;
  readonly scores: Scores;
  readonly temporal: TemporalQuality;
  /** Motion across the seams; undefined without a subject to follow. */
  readonly seam: number | undefined;
  /** By each network of the distances, `[D]`. */
  readonly rows: readonly Float32Array[];
}

/**
 * Scores the clips of a prompt set, a batch after the other. No clip is kept.
 * Several ranks take some batches each; the result is that of one, bit for bit.
 *
 * @param clipsOf Makes the clips of prompts `from` to `to`, not included.
 * @throws {StoppedError} if the signal is aborted
 */
export async function scoreClips(
  prompts: PromptSet,
  clipsOf: (from: number, to: number) => Promise<readonly Clip[]>,
  { label, world3d, distances, latentFrames, byObject }: ScoreOptions,
  { batch, progress, signal, clock, ranks = ONE_RANK }: ScoreHost,
): Promise<ClipScores> {
  const { first, end } = batchShareOf(ranks, prompts.count, batch);
  const own: ClipScore[] = [];
  let milliseconds = 0;
  using task = progress.start({ label, total: end - first, unit: "clips" });
  for (let from = first; from < end; from += batch) {
    if (signal.aborted) throw new StoppedError("Evaluation was stopped");
    const before = clock();
    const clips = await clipsOf(from, Math.min(end, from + batch));
    milliseconds += clock() - before;
    const predictions = await inSlices(clips, world3d.batch, world3d.predict);
    const features = [];
    for (const network of distances) {
      features.push(await featuresOf(network, clips, world3d, predictions));
    }
    for (const [i, clip] of clips.entries()) {
      const { labels } = await prompts.at(from + i);
      own.push({
        group: byObject ? labels.subjects[0]!.object : "all",
        scores: scoresOf(adherenceOf(labels, clip, predictions[i]!)),
        temporal: temporalQuality(clip),
        seam: seamMotion(clip, latentFrames),
        rows: features.map((rows) => rows[i]!),
      });
    }
    task.update(own.length);
  }
  const parts = await fromAllRanks(ranks, { own, milliseconds });
  const all = parts.flatMap(({ own }) => own);
  const adherence: Record<string, Scores> = {};
  for (const { group, scores } of all) {
    adherence[group] = sumOfScores([adherence[group] ?? {}, scores]);
  }
  return {
    features: distances.map((network, i) => {
      const statistics = new FeatureStatistics(
        settingOf(network, world3d.shape),
      );
      for (const { rows } of all) statistics.add(rows[i]!);
      return statistics;
    }),
    adherence,
    temporal: meanQuality(all.map(({ temporal }) => temporal)),
    seams: seamMotionOf(all.map(({ seam }) => seam)),
    seconds: Math.max(...parts.map((part) => part.milliseconds)) / 1000,
  };
}

/** Features of clips; those of world3d are part of its predictions. */
async function featuresOf(
  network: FeatureNetwork,
  clips: readonly Clip[],
  world3d: World3dNetwork,
  predictions: readonly World3dPrediction[],
): Promise<readonly Float32Array[]> {
  if (network === world3d) return predictions.map(({ features }) => features);
  return await inSlices(
    clips,
    network.batch,
    (slice) => network.featuresOf(slice),
  );
}

/** Applies a function of at most `size` items to many. */
async function inSlices<A, B>(
  items: readonly A[],
  size: number,
  apply: (slice: readonly A[]) => Promise<readonly B[]>,
): Promise<B[]> {
  const results: B[] = [];
  for (let at = 0; at < items.length; at += size) {
    results.push(...await apply(items.slice(at, at + size)));
  }
  return results;
}
