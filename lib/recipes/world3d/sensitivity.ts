import { CHANNELS, type Clip, type Progress, Rng } from "../../core/mod.ts";
import {
  FeatureStatistics,
  frechetDistance,
  settingOf,
  type World3dNetwork,
} from "../../evaluation/mod.ts";
import { blur } from "./disturb.ts";

/** Ways to spoil a clip, each from not at all (0) to strongly (1). */
const DAMAGES = {
  /** Noise of a deviation of up to 0.2. */
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

/** A way to spoil a clip. */
export type Damage = keyof typeof DAMAGES;

/** How strongly clips are spoilt. */
export const STRENGTHS = [0, 0.25, 0.5, 1] as const;

/**
 * How the Fréchet world distance grows when one of two sets of real clips is
 * spoilt: a distance that does not grow sees nothing.
 *
 * @param film Makes clip `i` of a phase, of those of the network's shape.
 * @param count Clips of each set.
 * @returns for each damage the distance at each of {@link STRENGTHS}.
 */
export async function sensitivity(
  network: World3dNetwork,
  film: (index: number) => Promise<Clip>,
  count: number,
  progress: Progress,
): Promise<Record<Damage, number[]>> {
  const kinds = Object.keys(DAMAGES) as Damage[];
  using task = progress.start({
    label: "sensitivity",
    total: (1 + kinds.length * STRENGTHS.length) * count,
    unit: "clips",
  });
  let done = 0;
  const statisticsOf = async (
    from: number,
    change: (clip: Clip, rng: Rng) => Clip,
  ): Promise<FeatureStatistics> => {
    let statistics: FeatureStatistics | undefined;
    for (let at = 0; at < count; at += network.batch) {
      const clips = [];
      for (let i = at; i < Math.min(count, at + network.batch); i++) {
        const rng = new Rng(0).fork(`clip ${i}`);
        clips.push(change(await film(from + i), rng));
      }
      statistics ??= new FeatureStatistics(settingOf(network, clips[0]!));
      for (const row of await network.featuresOf(clips)) statistics.add(row);
      task.update(done += clips.length);
    }
    return statistics!;
  };
  const real = (await statisticsOf(0, (clip) => clip)).moments;
  const found = {} as Record<Damage, number[]>;
  for (const kind of kinds) {
    found[kind] = [];
    for (const strength of STRENGTHS) {
      const spoilt = await statisticsOf(
        count,
        (clip, rng) => DAMAGES[kind](clip, strength, rng),
      );
      found[kind].push(frechetDistance(real, spoilt.moments));
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
