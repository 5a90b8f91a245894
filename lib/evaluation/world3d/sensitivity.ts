import { CHANNELS, type Clip, type Progress, Rng } from "../../core/mod.ts";
import { FeatureStatistics, frechetDistance } from "../distribution/mod.ts";
import { settingOf } from "../feature_network.ts";
import { blur } from "./disturb.ts";
import type { World3dExamples } from "./examples.ts";
import type { World3dNetwork } from "./open.ts";

/** Damages of a clip, each at a strength from 0 (none) to 1. */
const DAMAGES = {
  /** Noise with a standard deviation of up to 0.2. */
  noise(clip: Clip, strength: number, rng: Rng): Clip {
    const noise = rng.normals([clip.data.length]).data;
    const data = clip.data.map((x, i) =>
      Math.min(1, Math.max(0, x + 0.2 * strength * noise[i]!))
    );
    return { ...clip, data };
  },
  /** Up to 12 blurs by neighbouring pixels. */
  blur(clip: Clip, strength: number): Clip {
    const blurred = { ...clip, data: clip.data.slice() };
    for (let i = 0; i < Math.round(12 * strength); i++) blur(blurred, 1);
    return blurred;
  },
  /** This share of the frames in another order. */
  "shuffled frames"(clip: Clip, strength: number, rng: Rng): Clip {
    const order = Array.from({ length: clip.frames }, (_, t) => t);
    for (let k = 0; k < Math.round(strength * clip.frames); k++) {
      const other = rng.integer(clip.frames);
      [order[k], order[other]] = [order[other]!, order[k]!];
    }
    return reordered(clip, order);
  },
  /** This share of the clips back to front. */
  "reversed clips"(clip: Clip, strength: number, rng: Rng): Clip {
    if (rng.uniform() >= strength) return clip;
    const order = Array.from({ length: clip.frames }, (_, t) => t);
    return reordered(clip, order.reverse());
  },
} as const;

/** Name of a damage. */
type Damage = keyof typeof DAMAGES;

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
): Promise<Record<Damage, number[]>> {
  const kinds = Object.keys(DAMAGES) as Damage[];
  using task = progress.start({
    label: "sensitivity",
    total: (1 + kinds.length * STRENGTHS.length) * count,
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
  const found = {} as Record<Damage, number[]>;
  for (const kind of kinds) {
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

function reordered(clip: Clip, order: readonly number[]): Clip {
  const size = clip.height * clip.width * CHANNELS;
  const data = new Float32Array(clip.data.length);
  order.forEach((from, to) =>
    data.set(clip.data.subarray(from * size, (from + 1) * size), to * size)
  );
  return { ...clip, data };
}
