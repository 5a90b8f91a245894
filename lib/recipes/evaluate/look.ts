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
} from "../../evaluation/mod.ts";
import { StoppedError } from "../../trainer/mod.ts";
import { answersTo, type WorldQuestions } from "./questions.ts";

/** What is known of a set of clips that answer questions. */
export interface Looks {
  /** By world3d, and by I3D if it was asked for. */
  readonly features: readonly FeatureSummary[];
  /** Right answers by language. */
  readonly adherence: Readonly<Record<string, Scores>>;
  /** Means over the clips. */
  readonly temporal: TemporalQuality;
}

/** Networks that look. */
export interface Lookers {
  readonly world3d: World3dNetwork;
  readonly i3d?: FeatureNetwork;
}

/**
 * Looks at the clips of so many questions, a batch after the other: none is
 * kept, so memory does not grow with their number.
 *
 * @param clipsOf Makes the clips of questions `from` to `to`, not included.
 * @throws {StoppedError} if the signal asked for it
 */
export async function lookAt(
  questions: WorldQuestions,
  count: number,
  clipsOf: (from: number, to: number) => Promise<readonly Clip[]>,
  { world3d, i3d }: Lookers,
  { label, progress, signal }: {
    readonly label: string;
    readonly progress: Progress;
    readonly signal: AbortSignal;
  },
): Promise<Looks> {
  const { frames, size, fps } = world3d.config;
  const shape = { frames, height: size, width: size, fps };
  const statistics = [world3d, ...(i3d ? [i3d] : [])].map((network) =>
    new FeatureStatistics(settingOf(network, shape))
  );
  const adherence = new AdherenceTable();
  const temporal = { flicker: 0, smoothness: 0, dynamicDegree: 0 };
  using task = progress.start({ label, total: count, unit: "clips" });
  for (let from = 0; from < count; from += world3d.batch) {
    if (signal.aborted) throw new StoppedError("Evaluation was stopped");
    const clips = await clipsOf(from, Math.min(count, from + world3d.batch));
    const views = await world3d.look(clips);
    for (const [i, clip] of clips.entries()) {
      const { language, labels } = await questions.at(from + i);
      adherence.add(language, answersTo(labels, clip, views[i]!));
      statistics[0]!.add(views[i]!.features);
      const { flicker, smoothness, dynamicDegree } = temporalQuality(clip);
      temporal.flicker += flicker / count;
      temporal.smoothness += smoothness / count;
      temporal.dynamicDegree += dynamicDegree / count;
    }
    for (let at = 0; i3d && at < clips.length; at += i3d.batch) {
      const rows = await i3d.featuresOf(clips.slice(at, at + i3d.batch));
      for (const row of rows) statistics[1]!.add(row);
    }
    task.update(from + clips.length);
  }
  return { features: statistics, adherence: adherence.scores, temporal };
}
