import { type Clip, type Progress, Rng } from "../../core/mod.ts";
import { type Damage, DAMAGES } from "../damages.ts";
import { FeatureStatistics, frechetDistance } from "../distribution/mod.ts";
import { settingOf } from "../feature_network.ts";
import type { World3dExamples } from "./examples.ts";
import type { World3dNetwork } from "./open.ts";

/** Damages that are measured. */
const KINDS = [
  "noise",
  "blur",
  "shuffled frames",
  "reversed clips",
] as const satisfies readonly Damage[];

/** Strengths at which the distance is measured. */
export const STRENGTHS = [0, 0.25, 0.5, 1] as const;

/**
 * Sensitivity of the Fréchet world distance: how it grows when one of two sets
 * of held-out clips is damaged.
 *
 * @param count Clips of each set.
 * @returns the distance at each of {@link STRENGTHS}, by damage.
 */
export async function sensitivity(
  network: World3dNetwork,
  examples: World3dExamples,
  count: number,
  progress: Progress,
): Promise<Record<typeof KINDS[number], number[]>> {
  using task = progress.start({
    label: "sensitivity",
    total: (1 + KINDS.length * STRENGTHS.length) * count,
    unit: "clips",
  });
  const indices = examples.oneWay(2 * count);
  let done = 0;
  const statisticsOf = async (
    from: number,
    change: (clip: Clip, rng: Rng) => Clip,
  ): Promise<FeatureStatistics> => {
    const statistics = new FeatureStatistics(
      settingOf(network, network.shape),
    );
    for (let at = 0; at < count; at += network.batch) {
      const clips = [];
      for (let i = at; i < Math.min(count, at + network.batch); i++) {
        const rng = new Rng(0).fork(`clip ${i}`);
        const { clip } = await examples.heldOut(1, indices[from + i]!);
        clips.push(change(clip, rng));
      }
      for (const row of await network.featuresOf(clips)) statistics.add(row);
      task.update(done += clips.length);
    }
    return statistics;
  };
  const real = (await statisticsOf(0, (clip) => clip)).moments;
  const found = {} as Record<typeof KINDS[number], number[]>;
  for (const kind of KINDS) {
    found[kind] = [];
    for (const strength of STRENGTHS) {
      const damaged = await statisticsOf(
        count,
        (clip, rng) => DAMAGES[kind](clip, strength, rng),
      );
      found[kind].push(frechetDistance(real, damaged.moments));
    }
  }
  return found;
}
