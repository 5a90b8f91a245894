import { type Device, openDevice } from "../../compiler/mod.ts";
import {
  type Clip,
  InputError,
  type Progress,
  Rng,
  StoppedError,
} from "../../core/mod.ts";
import type { ClipShape } from "../../dataset/batches/mod.ts";
import { decodeClip } from "../../dataset/decode/mod.ts";
import {
  clipMotion,
  deviationOf,
  type DistributionDistance,
  distributionDistance,
  type FeatureNetwork,
  type HeldOutResult,
  meanOf,
  type MotionSummary,
  motionSummary,
  psnr,
  ssim,
} from "../../evaluation/mod.ts";
import { heldOut } from "./held_out.ts";
import { featuresOfVideos, type FeatureWork } from "./features.ts";
import {
  importedI3d,
  importedLpips,
  openedInception,
  trainedWorld3d,
} from "./networks.ts";
import {
  METRIC_NAMES,
  type MetricName,
  type MetricsOptions,
} from "./options.ts";
import {
  asStored,
  commonShape,
  openVideos,
  pairsOf,
  type VideoSet,
} from "./videos.ts";

/** A metric of pairs of clips. */
export interface PairsResult {
  readonly metric: string;
  /** With its direction: `dB, higher is better`. */
  readonly unit: string;
  /** Infinite if a clip of a pair equals the other, by PSNR. */
  readonly mean: number;
  /** Standard deviation over the clips; null for one clip. */
  readonly std: number | null;
  /** By the path of the first of each pair. */
  readonly clips: readonly { readonly video: string; readonly value: number }[];
}

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
    | { readonly kind: "held-out"; readonly result: HeldOutResult }
  )
  & { readonly shape: ClipShape };

/** Resources of a measurement. */
interface MetricHost {
  readonly progress: Progress;
  readonly signal: AbortSignal;
}

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
  switch (name) {
    case "temporal": {
      const shape = commonShape(sets, options);
      const results = await temporal(sets, shape, options, host);
      return { kind: "temporal", shape, metric: "temporal", sets: results };
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
      const shape = commonShape(sets, options);
      const distance = await betweenSets(name, sets, shape, options, host);
      return { kind: "sets", shape, ...distance };
    }
    default: {
      using stack = new DisposableStack();
      const metric = await openPairMetric(name, options, stack);
      // Pixels are compared as stored: stretched ones are others.
      const stored = options.size === undefined && metric.shape === undefined;
      const shape = commonShape(stored ? sets.map(asStored) : sets, options);
      const decoded = { ...metric.shape ?? shape, stored };
      const result = await comparePairs(metric, sets, decoded, host);
      return { kind: "pairs", shape, ...result };
    }
  }
}

/** Fewest and most paths behind the names of metrics; 2 for all others. */
const PATHS: Partial<
  Record<MetricName, readonly [least: number, most: number]>
> = { temporal: [1, 2], "held-out": [2, 3] };

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

/** A metric of two clips, open. */
interface PairMetric {
  readonly metric: string;
  readonly unit: string;
  /** The only shape of clips that it takes; any shape if absent. */
  readonly shape?: ClipShape;
  measure(a: Clip, b: Clip): number | Promise<number>;
}

/** @param stack Closes what the metric opens. */
async function openPairMetric(
  name: "psnr" | "ssim" | "lpips" | "world3d" | "inception",
  { device: choice, weights, trunk, world3d }: MetricsOptions,
  stack: DisposableStack,
): Promise<PairMetric> {
  if (name === "psnr") {
    return { metric: "PSNR", unit: "dB, higher is better", measure: psnr };
  }
  if (name === "ssim") {
    return { metric: "SSIM", unit: "1 for equal clips", measure: ssim };
  }
  const device = stack.use(await openDevice(choice));
  const unit = "0 for equal clips";
  if (name === "lpips") {
    const lpips = stack.use(await importedLpips(device, weights, trunk));
    return {
      metric: `LPIPS v0.1 (${trunk}, weights ${lpips.weights.slice(0, 12)})`,
      unit,
      measure: (a, b) => lpips.distance(a, b),
    };
  }
  if (name === "inception") {
    const network = stack.use(await openedInception(device, weights));
    return {
      metric: `Inception distance (weights ${
        network.setting.weights.slice(0, 12)
      })`,
      unit,
      measure: (a, b) => network.distance(a, b),
    };
  }
  const network = stack.use(await trainedWorld3d(device, world3d));
  return {
    metric: `world3d distance (weights ${
      network.setting.weights.slice(0, 12)
    })`,
    unit,
    shape: network.shape,
    measure: (a, b) => network.distance(a, b),
  };
}

/** Compares clips in pairs, a pair after the other; no clip is kept. */
async function comparePairs(
  { metric, unit, measure }: PairMetric,
  [a, b]: readonly VideoSet[],
  decoded: ClipShape & { readonly stored: boolean },
  { progress, signal }: MetricHost,
): Promise<PairsResult> {
  const pairs = pairsOf(a!, b!);
  using task = progress.start({
    label: metric,
    total: pairs.length,
    unit: "pairs",
  });
  const clips: { video: string; value: number }[] = [];
  for (const [first, second] of pairs) {
    if (signal.aborted) throw new StoppedError("Measuring was stopped");
    const value = await measure(
      await decodeClip(first.path, decoded),
      await decodeClip(second.path, decoded),
    );
    clips.push({ video: first.path, value });
    task.update(clips.length);
  }
  const values = clips.map(({ value }) => value);
  return {
    metric,
    unit,
    mean: meanOf(values),
    std: values.length > 1 ? deviationOf(values) : null,
    clips,
  };
}

async function betweenSets(
  name: "fvd" | "fwd" | "fpd",
  sets: readonly VideoSet[],
  shape: ClipShape,
  options: MetricsOptions,
  host: MetricHost,
): Promise<DistributionDistance> {
  for (const { path, videos } of sets) {
    if (videos.length >= 2) continue;
    throw new InputError(
      `Cannot compare sets of clips: each must have at least 2: "${path}" ` +
        `has ${videos.length}; pass a folder, or compare pairs with psnr, ` +
        `ssim, lpips, world3d or inception`,
    );
  }
  using device: Device = await openDevice(options.device);
  using network: FeatureNetwork = name === "fvd"
    ? await importedI3d(device, options.weights)
    : name === "fpd"
    ? await openedInception(device, options.weights)
    : await trainedWorld3d(device, options.world3d);
  const { shape: required } = network;
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
  return distributionDistance(a, b, new Rng(0));
}
