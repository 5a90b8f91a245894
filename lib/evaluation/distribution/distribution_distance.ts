import { InputError, Rng } from "../../core/mod.ts";
import type { FeatureSetting, FeatureSummary } from "./feature_statistics.ts";
import { frechetDistance } from "./frechet.ts";
import { type KernelDistance, kernelDistance } from "./kernel_distance.ts";
import {
  bootstrapSpread,
  type FrechetCurve,
  frechetCurve,
} from "./reliability.ts";

/** Distance between two sets of clips, with all that it depends on. */
export interface DistributionDistance {
  /** `FVD` for I3D, `FWD` for world3d, `FPD` for InceptionV3: named by the network. */
  readonly metric: string;
  /** Squared Fréchet distance of all clips. */
  readonly frechet: number;
  /** Standard deviation over bootstrap pairs; null with too few clips. */
  readonly spread: number | null;
  /** Value against the number of clips; null with too few clips. */
  readonly curve: FrechetCurve | null;
  readonly kernel: KernelDistance;
  /** Clips of each set. */
  readonly clips: { readonly a: number; readonly b: number };
  readonly setting: FeatureSetting;
  /** Reasons not to trust the value. */
  readonly warnings: readonly string[];
}

/** Names of the Fréchet distance by network. */
const METRICS: Readonly<Record<string, string>> = {
  i3d: "FVD",
  inception: "FPD",
  world3d: "FWD",
};

/** Name of the Fréchet distance by a network. */
export function metricOf({ network }: FeatureSetting): string {
  return METRICS[network] ?? `Fréchet ${network} distance`;
}

/** Fewest clips for a curve and a bootstrap. */
const MIN_CLIPS = 16;

/** Work spent on the reliability of a distance. */
interface ReliabilityOptions {
  /** Bootstrap pairs, default 30. */
  readonly replicates?: number;
  /** Subsets for each point of the curve, default 4. */
  readonly draws?: number;
}

/**
 * Compares two sets of clips by their features.
 *
 * @throws {InputError} if the settings differ, naming the field, or a set has
 *   fewer than 2 clips
 *
 * @example
 * ```ts
 * import { distributionDistance, FeatureStatistics } from "lib/evaluation/mod.ts";
 * import { Rng } from "lib/core/mod.ts";
 * import assert from "node:assert/strict";
 *
 * const setting = {
 *   network: "world3d", weights: "ab", layer: "features", dimension: 2,
 *   frames: 16, fps: 8, size: "64x64", resize: "none",
 * };
 * const [real, generated] = [1, 2].map((seed) => {
 *   const statistics = new FeatureStatistics(setting);
 *   const rng = new Rng(seed);
 *   for (let i = 0; i < 64; i++) statistics.add(rng.normals([2]).data);
 *   return statistics;
 * });
 * const { metric, curve, warnings } = distributionDistance(real!, generated!, new Rng(0));
 * assert.equal(metric, "FWD");
 * assert.ok(Math.abs(curve!.limit) < 0.2); // one distribution
 * assert.deepEqual(warnings, []);
 * ```
 */
export function distributionDistance(
  a: FeatureSummary,
  b: FeatureSummary,
  rng: Rng,
  { replicates = 30, draws = 4 }: ReliabilityOptions = {},
): DistributionDistance {
  requireSameSetting(a.setting, b.setting);
  const fewest = Math.min(a.count, b.count);
  if (fewest < 2) {
    throw new InputError(
      `Cannot compare sets of clips: each must have at least 2: current ` +
        `counts are ${a.count} and ${b.count}; add clips`,
    );
  }
  const enough = fewest >= MIN_CLIPS;
  const { setting } = a;
  return {
    metric: metricOf(setting),
    frechet: frechetDistance(a.moments, b.moments),
    spread: enough
      ? bootstrapSpread(a.rows, b.rows, replicates, rng.fork("bootstrap"))
      : null,
    curve: enough
      ? frechetCurve(a.rows, b.rows, draws, rng.fork("curve"))
      : null,
    kernel: kernelDistance(a.rows, b.rows),
    clips: { a: a.count, b: b.count },
    setting,
    warnings: warningsOf(fewest, setting.dimension),
  };
}

/**
 * Refuses to compare features that were computed differently.
 *
 * @throws {InputError} naming the first field that differs
 */
export function requireSameSetting(a: FeatureSetting, b: FeatureSetting): void {
  for (const field of Object.keys(a) as (keyof FeatureSetting)[]) {
    if (a[field] === b[field]) continue;
    throw new InputError(
      `Cannot compare sets of clips: ${field} must be the same: current ` +
        `values are ${a[field]} and ${b[field]}; evaluate both alike`,
    );
  }
}

function warningsOf(clips: number, features: number): string[] {
  if (clips > 2 * features) return [];
  const rank = Math.min(clips - 1, features);
  const missing = clips <= features
    ? `the covariances have rank ${rank} of ${features}, so differences ` +
      `in all other directions are not measured`
    : `there are fewer than two clips for each feature`;
  return [
    `${clips} clips for ${features} features: ${missing}, and the Fréchet ` +
    `distance is far above its limit; compare it only with values of the ` +
    `same n, and trust the kernel distance more`,
  ];
}
