import { type Device, openDevice } from "../../compiler/mod.ts";
import { InputError, type Progress, Rng } from "../../core/mod.ts";
import { decodeClip } from "../../dataset/decode/mod.ts";
import {
  type DistributionDistance,
  distributionDistance,
  type FeatureSummary,
  psnr,
  ssim,
  type TemporalQuality,
  temporalQuality,
} from "../../evaluation/mod.ts";
import { StoppedError } from "../../trainer/mod.ts";
import { featuresOfVideos } from "./features.ts";
import { importedI3d, importedLpips, trainedWorld3d } from "./networks.ts";
import {
  METRIC_NAMES,
  type MetricName,
  type MetricsOptions,
} from "./options.ts";
import { comparePairs, type MeanResult, meanResult } from "./paired.ts";
import {
  type ClipForm,
  commonForm,
  openVideos,
  pairsOf,
  type VideoSet,
} from "./videos.ts";

/** Movement of a set of videos, without a reference. */
export interface TemporalResult {
  readonly metric: "temporal";
  readonly sets: readonly {
    readonly path: string;
    readonly clips: number;
    readonly mean: TemporalQuality;
  }[];
}

/** What was measured. */
export type MetricResult =
  & (
    | (MeanResult & { readonly kind: "pairs" })
    | (DistributionDistance & { readonly kind: "sets" })
    | (TemporalResult & { readonly kind: "temporal" })
  )
  & { readonly form: ClipForm };

/** What measuring needs beside the options. */
export interface MetricWork {
  readonly progress: Progress;
  readonly signal: AbortSignal;
}

/**
 * Measures what a command asks for.
 *
 * @throws {InputError} if the command, a video or the weights are not right
 * @throws {StoppedError} if the signal asked for it
 */
export async function measure(
  options: MetricsOptions,
  work: MetricWork,
): Promise<MetricResult> {
  const { name, a, b } = commandOf(options.words);
  const sets = [await openVideos(a)];
  if (b !== undefined) sets.push(await openVideos(b));
  const form = commonForm(sets, options);
  switch (name) {
    case "temporal":
      return { kind: "temporal", form, ...await temporal(sets, form, work) };
    case "fvd":
    case "fwd":
      return {
        kind: "sets",
        form,
        ...await betweenSets(name, sets[0]!, sets[1]!, form, options, work),
      };
    default:
      return {
        kind: "pairs",
        form,
        ...await betweenPairs(name, sets[0]!, sets[1]!, form, options, work),
      };
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
  form: ClipForm,
  { progress, signal }: MetricWork,
): Promise<TemporalResult> {
  const results = [];
  for (const { path, videos } of sets) {
    using task = progress.start({
      label: `temporal, ${path}`,
      total: videos.length,
      unit: "clips",
    });
    const sum = { flicker: 0, smoothness: 0, dynamicDegree: 0 };
    for (const [i, video] of videos.entries()) {
      if (signal.aborted) throw new StoppedError("Measuring was stopped");
      const found = temporalQuality(await decodeClip(video.path, form));
      sum.flicker += found.flicker / videos.length;
      sum.smoothness += found.smoothness / videos.length;
      sum.dynamicDegree += found.dynamicDegree / videos.length;
      task.update(i + 1);
    }
    results.push({ path, clips: videos.length, mean: sum });
  }
  return { metric: "temporal", sets: results };
}

async function betweenPairs(
  name: "psnr" | "ssim" | "lpips" | "world3d",
  a: VideoSet,
  b: VideoSet,
  form: ClipForm,
  { device: choice, weights, trunk, world3d }: MetricsOptions,
  work: MetricWork,
): Promise<MeanResult> {
  const pairs = pairsOf(a, b);
  const compare = { label: name, ...work };
  switch (name) {
    case "psnr":
      return meanResult(
        "PSNR",
        "dB, higher is better",
        await comparePairs(pairs, form, { ...compare, measure: psnr }),
      );
    case "ssim":
      return meanResult(
        "SSIM",
        "1 for equal clips",
        await comparePairs(pairs, form, { ...compare, measure: ssim }),
      );
    case "lpips": {
      using device = await openDevice(choice);
      using metric = await importedLpips(device, weights, trunk);
      return meanResult(
        `LPIPS v0.1 (${trunk}, weights ${metric.weights.slice(0, 12)})`,
        "0 for equal clips",
        await comparePairs(pairs, form, {
          ...compare,
          measure: (a, b) => metric.distance(a, b),
        }),
      );
    }
    case "world3d": {
      using device = await openDevice(choice);
      using network = await trainedWorld3d(device, world3d);
      return meanResult(
        `world3d distance (weights ${network.weights.slice(0, 12)})`,
        "0 for equal clips",
        await comparePairs(pairs, network.shape, {
          ...compare,
          measure: (a, b) => network.distance(a, b),
        }),
      );
    }
  }
}

async function betweenSets(
  name: "fvd" | "fwd",
  a: VideoSet,
  b: VideoSet,
  form: ClipForm,
  options: MetricsOptions,
  work: MetricWork,
): Promise<DistributionDistance> {
  for (const { path, videos } of [a, b]) {
    if (videos.length >= 2) continue;
    throw new InputError(
      `Cannot compare sets of clips: each must have at least 2: "${path}" ` +
        `has ${videos.length}; pass a folder, or compare pairs with psnr, ` +
        `ssim, lpips or world3d`,
    );
  }
  using device: Device = await openDevice(options.device);
  const { cache } = options;
  const featuresOf = async (): Promise<
    [a: FeatureSummary, b: FeatureSummary]
  > => {
    if (name === "fvd") {
      using network = await importedI3d(device, options.weights);
      const common = { network, form, cache, ...work };
      return [
        await featuresOfVideos(a, common),
        await featuresOfVideos(b, common),
      ];
    }
    using network = await trainedWorld3d(device, options.world3d);
    const common = {
      network,
      form: network.shape,
      resize: `to ${network.shape.width}x${network.shape.height}, areas`,
      size: `${form.width}x${form.height}`,
      cache,
      ...work,
    };
    return [
      await featuresOfVideos(a, common),
      await featuresOfVideos(b, common),
    ];
  };
  const [ofA, ofB] = await featuresOf();
  return distributionDistance(ofA, ofB, new Rng(0));
}
