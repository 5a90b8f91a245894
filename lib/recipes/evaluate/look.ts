import type { Clip, Progress } from "../../core/mod.ts";
import {
  AdherenceTable,
  type FeatureNetwork,
  FeatureStatistics,
  type FeatureSummary,
  type Scores,
  settingOf,
  type TemporalQuality,
  temporalQuality,
  type World3dNetwork,
  type World3dPrediction,
} from "../../evaluation/mod.ts";
import { StoppedError } from "../../trainer/mod.ts";
import { answersTo, type Questions } from "./questions.ts";

/** What is known of a set of clips that answer questions. */
export interface Looks {
  /** By each network of the distances. */
  readonly features: readonly FeatureSummary[];
  /** Right answers, by what the answered are sorted by. */
  readonly adherence: Readonly<Record<string, Scores>>;
  /** Means over the clips. */
  readonly temporal: TemporalQuality;
  /** Making the clips took so long. */
  readonly seconds: number;
}

/** Networks that look. */
export interface Lookers {
  readonly world3d: World3dNetwork;
  /** Networks whose features are kept for distances; world3d may be one. */
  readonly distances: readonly FeatureNetwork[];
}

/** How a set of clips is gone through. */
export interface LookWork {
  /** Clips that are made at a time. */
  readonly batch: number;
  readonly progress: Progress;
  readonly signal: AbortSignal;
  /** Milliseconds of a steady clock. */
  readonly clock: () => number;
}

/**
 * Looks at the clips of questions, a batch after the other: none is kept, so
 * memory does not grow with their number.
 *
 * @param clipsOf Makes the clips of questions `from` to `to`, not included.
 * @param sortedBy What the answers are sorted by, all together without it.
 * @throws {StoppedError} if the signal asked for it
 */
export async function lookAt(
  questions: Questions,
  clipsOf: (from: number, to: number) => Promise<readonly Clip[]>,
  { world3d, distances }: Lookers,
  { label, batch, progress, signal, clock, sortedBy = () => "all" }:
    & LookWork
    & {
      readonly label: string;
      readonly sortedBy?: (object: string) => string;
    },
): Promise<Looks> {
  const { count } = questions;
  const { shape } = world3d;
  const statistics = distances.map((network) =>
    new FeatureStatistics(settingOf(network, shape))
  );
  const adherence = new AdherenceTable();
  const temporal = { flicker: 0, smoothness: 0, dynamicDegree: 0 };
  let milliseconds = 0;
  using task = progress.start({ label, total: count, unit: "clips" });
  for (let from = 0; from < count; from += batch) {
    if (signal.aborted) throw new StoppedError("Evaluation was stopped");
    const before = clock();
    const clips = await clipsOf(from, Math.min(count, from + batch));
    milliseconds += clock() - before;
    const views = await inSlices(clips, world3d.batch, world3d.predict);
    for (const [i, clip] of clips.entries()) {
      const { labels } = await questions.at(from + i);
      adherence.add(
        sortedBy(labels.subjects[0]!.object),
        answersTo(labels, clip, views[i]!),
      );
      const { flicker, smoothness, dynamicDegree } = temporalQuality(clip);
      temporal.flicker += flicker / count;
      temporal.smoothness += smoothness / count;
      temporal.dynamicDegree += dynamicDegree / count;
    }
    for (const [i, network] of distances.entries()) {
      for (const row of await featuresOf(network, clips, world3d, views)) {
        statistics[i]!.add(row);
      }
    }
    task.update(from + clips.length);
  }
  return {
    features: statistics,
    adherence: adherence.scores,
    temporal,
    seconds: milliseconds / 1000,
  };
}

/** Features of clips; world3d has looked already. */
async function featuresOf(
  network: FeatureNetwork,
  clips: readonly Clip[],
  world3d: World3dNetwork,
  views: readonly World3dPrediction[],
): Promise<readonly Float32Array[]> {
  if (network === world3d) return views.map(({ features }) => features);
  return await inSlices(
    clips,
    network.batch,
    (slice) => network.featuresOf(slice),
  );
}

/** What a function of a few gives for many. */
async function inSlices<A, B>(
  items: readonly A[],
  size: number,
  of: (slice: readonly A[]) => Promise<readonly B[]>,
): Promise<B[]> {
  const results: B[] = [];
  for (let at = 0; at < items.length; at += size) {
    results.push(...await of(items.slice(at, at + size)));
  }
  return results;
}
