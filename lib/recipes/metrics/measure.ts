import { type Device, openDevice } from "../../compiler/mod.ts";
import { InputError, Rng, StoppedError } from "../../core/mod.ts";
import type { ClipShape } from "../../dataset/batches/mod.ts";
import { decodeClip } from "../../dataset/decode/mod.ts";
import {
  type DistributionDistance,
  distributionDistance,
  type FeatureNetwork,
  meanQuality,
  type SeamMotion,
  seamMotion,
  seamMotionOf,
  type TemporalQuality,
  temporalQuality,
} from "../../evaluation/mod.ts";
import { featuresOfVideos, type FeatureWork } from "./features.ts";
import type { MetricHost } from "./host.ts";
import { importedI3d, trainedWorld3d } from "./networks.ts";
import {
  METRIC_NAMES,
  type MetricName,
  type MetricsOptions,
} from "./options.ts";
import { comparePairs, openPairMetric, type PairsResult } from "./pairs.ts";
import { commonShape, openVideos, type VideoSet } from "./videos.ts";

/** Motion of sets of videos, without a reference. */
export interface TemporalResult {
  readonly metric: "temporal";
  readonly sets: readonly {
    readonly path: string;
    readonly clips: number;
    readonly mean: TemporalQuality;
    /** Motion across the seams of latent frames. */
    readonly seams: SeamMotion;
  }[];
}

/** Result of a command. */
export type MetricResult =
  & (
    | (PairsResult & { readonly kind: "pairs" })
    | (DistributionDistance & { readonly kind: "sets" })
    | (TemporalResult & { readonly kind: "temporal" })
  )
  & { readonly shape: ClipShape };

/**
 * Measures videos by a command's metric.
 *
 * @throws {InputError} if the command, a video or the weights are not usable
 * @throws {StoppedError} if the signal is aborted
 */
export async function measure(
  options: MetricsOptions,
  host: MetricHost,
): Promise<MetricResult> {
  const { name, a, b } = commandOf(options.words);
  const sets = [await openVideos(a)];
  if (b !== undefined) sets.push(await openVideos(b));
  for (const { path, leftOut } of sets) {
    for (const line of leftOut) host.log(`${path}: left out ${line}`);
  }
  switch (name) {
    case "temporal": {
      const shape = commonShape(sets, options);
      const results = await temporal(sets, shape, options, host);
      return { kind: "temporal", shape, metric: "temporal", sets: results };
    }
    case "fvd":
    case "fwd": {
      return await betweenSets(name, sets, options, host);
    }
    default: {
      using stack = new DisposableStack();
      const metric = await openPairMetric(name, options, stack);
      const shape = shapeFor(metric.metric, metric.shape, sets, options);
      const result = await comparePairs(metric, sets, shape, host);
      return { kind: "pairs", shape, ...result };
    }
  }
}

function commandOf(
  [name, a, b]: readonly string[],
): { name: MetricName; a: string; b: string | undefined } {
  const known = METRIC_NAMES.find((metric) => metric === name);
  if (!known) {
    throw new InputError(
      `Cannot read the command: NAME must be one of ${
        METRIC_NAMES.join(", ")
      }: current value is "${name}"`,
    );
  }
  if (a === undefined || (b === undefined && known !== "temporal")) {
    throw new InputError(
      `Cannot read the command: ${known} must be followed by ${
        known === "temporal" ? "a video or folder" : "two videos or folders"
      }: current value is ${a === undefined ? "none" : `"${a}"`}`,
    );
  }
  return { name: known, a, b };
}

async function temporal(
  sets: readonly VideoSet[],
  shape: ClipShape,
  { timeStride, causal }: MetricsOptions,
  { progress, signal }: MetricHost,
): Promise<TemporalResult["sets"]> {
  const latentFrames = { stride: timeStride, ...(causal && { first: 1 }) };
  const results = [];
  for (const { path, videos } of sets) {
    using task = progress.start({
      label: `temporal, ${path}`,
      total: videos.length,
      unit: "clips",
    });
    const qualities: TemporalQuality[] = [];
    const ratios: (number | undefined)[] = [];
    for (const video of videos) {
      if (signal.aborted) throw new StoppedError("Measuring was stopped");
      const clip = await decodeClip(video.path, shape);
      qualities.push(temporalQuality(clip));
      ratios.push(seamMotion(clip, latentFrames));
      task.update(qualities.length);
    }
    results.push({
      path,
      clips: videos.length,
      mean: meanQuality(qualities),
      seams: seamMotionOf(ratios),
    });
  }
  return results;
}

async function betweenSets(
  name: "fvd" | "fwd",
  sets: readonly VideoSet[],
  options: MetricsOptions,
  host: MetricHost,
): Promise<Extract<MetricResult, { kind: "sets" }>> {
  for (const { path, videos } of sets) {
    if (videos.length >= 2) continue;
    throw new InputError(
      `Cannot compare sets of clips: each must have at least 2: "${path}" ` +
        `has ${videos.length}; pass a folder, or compare pairs with psnr, ` +
        `ssim, lpips or world3d`,
    );
  }
  using device: Device = await openDevice(options.device);
  using network: FeatureNetwork = name === "fvd"
    ? await importedI3d(device, options.weights)
    : await trainedWorld3d(device, options.world3d);
  const { shape: required } = network;
  const shape = shapeFor(name.toUpperCase(), required, sets, options);
  const work: FeatureWork = {
    network,
    shape: required ?? shape,
    ...(required && {
      resize: `to ${required.width}x${required.height}, areas`,
      size: `${shape.width}x${shape.height}`,
    }),
    cache: options.cache,
    ...host,
  };
  const a = await featuresOfVideos(sets[0]!, work);
  const b = await featuresOfVideos(sets[1]!, work);
  const distance = distributionDistance(a, b, new Rng(0));
  return { kind: "sets", shape, ...distance };
}

/**
 * The shape of all clips of a metric: the length and rate of its network where
 * it takes no other.
 *
 * @throws {InputError} naming the first video that is too short for the network,
 *   or has another size, length or rate than the others
 */
function shapeFor(
  metric: string,
  required: ClipShape | undefined,
  sets: readonly VideoSet[],
  options: MetricsOptions,
): ClipShape {
  if (required === undefined) return commonShape(sets, options);
  const { frames, fps } = required;
  for (const video of sets.flatMap(({ videos }) => videos)) {
    // As many frames as are due before its end.
    if (Math.round(video.durationSeconds * fps) >= frames) continue;
    throw new InputError(
      `Cannot compute ${metric}: its network takes ${frames} frames at ${fps} ` +
        `fps, so each video must last ${
          frames / fps
        } s: "${video.path}" lasts ` +
        `${
          Number(video.durationSeconds.toFixed(2))
        } s (${video.frames} frames ` +
        `at ${
          Number(video.fps.toFixed(3))
        } fps); leave it out, or compare by ` +
        "psnr, ssim, lpips or temporal, which take any length",
    );
  }
  return commonShape(sets, { ...options, frames, fps });
}
