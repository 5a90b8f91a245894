import { type Device, openDevice } from "../../compiler/mod.ts";
import { InputError, Rng, StoppedError } from "../../core/mod.ts";
import type { ClipShape } from "../../dataset/batches/mod.ts";
import { decodeClip, repeatNote } from "../../dataset/decode/mod.ts";
import {
  clipMotion,
  type DistributionDistance,
  distributionDistance,
  type FeatureNetwork,
  type HeldOutResult,
  type MotionSummary,
  motionSummary,
} from "../../evaluation/mod.ts";
import { heldOut } from "./held_out.ts";
import { featuresOfVideos, type FeatureWork } from "./features.ts";
import { flowOfVideos, type FlowResult } from "./flow.ts";
import type { MetricHost } from "./host.ts";
import { importedI3d, openedInception, trainedWorld3d } from "./networks.ts";
import {
  METRIC_NAMES,
  type MetricName,
  type MetricsOptions,
} from "./options.ts";
import { comparePairs, openPairMetric, type PairsResult } from "./pairs.ts";
import { asStored, commonShape, openVideos, type VideoSet } from "./videos.ts";

/** Motion of sets of videos, without a reference. */
export interface TemporalResult {
  readonly metric: "temporal";
  readonly sets: readonly (MotionSummary & { readonly path: string })[];
}

/** Result of a command. */
export type MetricResult =
  & (
    | (PairsResult & { readonly kind: "pairs" })
    | (DistributionDistance & { readonly kind: "sets" })
    | (TemporalResult & { readonly kind: "temporal" })
    | (FlowResult & { readonly kind: "flow" })
    | { readonly kind: "held-out"; readonly result: HeldOutResult }
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
  const { name, paths } = commandOf(options.words);
  const sets: VideoSet[] = [];
  for (const path of paths) sets.push(await openVideos(path));
  for (const { path, leftOut } of sets) {
    for (const line of leftOut) host.log(`${path}: left out ${line}`);
  }
  const result = await measured(name, sets, options, host);
  const note = repeatNote(
    sets.flatMap(({ videos }) => videos),
    result.shape.fps,
    options.fps === undefined ? undefined : "pass a lower --fps",
  );
  if (note) host.log(note);
  return result;
}

async function measured(
  name: MetricName,
  sets: readonly VideoSet[],
  options: MetricsOptions,
  host: MetricHost,
): Promise<MetricResult> {
  switch (name) {
    case "temporal": {
      const shape = commonShape(sets, options);
      const results = await temporal(sets, shape, options, host);
      return { kind: "temporal", shape, metric: "temporal", sets: results };
    }
    case "flow": {
      const shape = commonShape(sets, options);
      return { kind: "flow", shape, ...await flowOfVideos(sets, shape, host) };
    }
    case "held-out": {
      const shape = commonShape(sets, options);
      const [generated, real, training] = sets as [
        VideoSet,
        VideoSet,
        VideoSet?,
      ];
      const result = await heldOut(
        { generated, real, training },
        shape,
        options,
        host,
      );
      return { kind: "held-out", shape, result };
    }
    case "fvd":
    case "fwd":
    case "fpd": {
      return await betweenSets(name, sets, options, host);
    }
    default: {
      using stack = new DisposableStack();
      const metric = await openPairMetric(name, options, stack);
      // Pixels are compared as stored: stretched ones are others.
      const stored = options.size === undefined && metric.shape === undefined;
      const shape = shapeFor(
        metric.metric,
        metric.shape,
        stored ? sets.map(asStored) : sets,
        options,
      );
      const decoded = { ...metric.shape ?? shape, stored };
      const result = await comparePairs(metric, sets, decoded, host);
      return { kind: "pairs", shape, ...result };
    }
  }
}

/** Fewest and most paths behind the names of metrics; 2 for all others. */
const PATHS: Partial<
  Record<MetricName, readonly [least: number, most: number]>
> = { temporal: [1, 2], flow: [1, 2], "held-out": [2, 3] };

function commandOf(
  [name, ...paths]: readonly string[],
): { name: MetricName; paths: readonly string[] } {
  const known = METRIC_NAMES.find((metric) => metric === name);
  if (!known) {
    throw new InputError(
      `Cannot read the command: NAME must be one of ${
        METRIC_NAMES.join(", ")
      }: current value is "${name}"`,
    );
  }
  const [least, most] = PATHS[known] ?? [2, 2];
  if (paths.length < least || paths.length > most) {
    const wanted = {
      "1": "a video or folder, or two",
      "2": known === "held-out"
        ? "two or three folders"
        : "two videos or folders",
    }[String(least)];
    throw new InputError(
      `Cannot read the command: ${known} must be followed by ${wanted}: ` +
        `current value is ${
          paths.map((path) => `"${path}"`).join(" ") || "none"
        }`,
    );
  }
  return { name: known, paths };
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
    const motions = [];
    for (const video of videos) {
      if (signal.aborted) throw new StoppedError("Measuring was stopped");
      const clip = await decodeClip(video.path, shape);
      motions.push(clipMotion(clip, latentFrames));
      task.update(motions.length);
    }
    results.push({ path, ...motionSummary(motions) });
  }
  return results;
}

async function betweenSets(
  name: "fvd" | "fwd" | "fpd",
  sets: readonly VideoSet[],
  options: MetricsOptions,
  host: MetricHost,
): Promise<Extract<MetricResult, { kind: "sets" }>> {
  for (const { path, videos } of sets) {
    if (videos.length >= 2) continue;
    throw new InputError(
      `Cannot compare sets of clips: each must have at least 2: "${path}" ` +
        `has ${videos.length}; pass a folder, or compare pairs with psnr, ` +
        `ssim, lpips, world3d or inception`,
    );
  }
  const { threads } = host;
  using device: Device = await openDevice(options.device, {
    ...threads && { threads },
  });
  using network: FeatureNetwork = name === "fvd"
    ? await importedI3d(device, options.weights)
    : name === "fpd"
    ? await openedInception(device, options.weights)
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
