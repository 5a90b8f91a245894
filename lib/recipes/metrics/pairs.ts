import { openDevice } from "../../compiler/mod.ts";
import { type Clip, StoppedError } from "../../core/mod.ts";
import type { ClipShape } from "../../dataset/batches/mod.ts";
import { decodeClip } from "../../dataset/decode/mod.ts";
import { deviationOf, meanOf, psnr, ssim } from "../../evaluation/mod.ts";
import type { MetricHost } from "./host.ts";
import { importedLpips, openedInception, trainedWorld3d } from "./networks.ts";
import type { MetricsOptions } from "./options.ts";
import { pairsOf, type VideoSet } from "./videos.ts";

/** A metric of pairs of clips. */
export interface PairsResult {
  readonly metric: string;
  /** With its direction: `dB, higher is better`. */
  readonly unit: string;
  /** Over the pairs that have a value; absent if all are identical. */
  readonly mean?: number;
  /** Standard deviation over the pairs that have a value; null for fewer than two. */
  readonly std: number | null;
  /** Number of pairs of identical clips, for which PSNR has no value. */
  readonly identical: number;
  /** By the path of the first of each pair. */
  readonly clips: readonly {
    readonly video: string;
    readonly value?: number;
    /** Instead of a value. */
    readonly identical?: boolean;
  }[];
}

/** A metric of two clips, open. */
export interface PairMetric {
  readonly metric: string;
  readonly unit: string;
  /** The only shape of clips that it takes; any shape if absent. */
  readonly shape?: ClipShape;
  measure(a: Clip, b: Clip): number | Promise<number>;
}

/**
 * Opens a metric of pairs.
 *
 * @param stack Closes what the metric opens.
 */
export async function openPairMetric(
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
export async function comparePairs(
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
  const clips: PairsResult["clips"][number][] = [];
  for (const [first, second] of pairs) {
    if (signal.aborted) throw new StoppedError("Measuring was stopped");
    const value = await measure(
      await decodeClip(first.path, decoded),
      await decodeClip(second.path, decoded),
    );
    clips.push({
      video: first.path,
      ...(value === Infinity ? { identical: true } : { value }),
    });
    task.update(clips.length);
  }
  const values = clips.flatMap(({ value }) => value ?? []);
  return {
    metric,
    unit,
    ...(values.length > 0 && { mean: meanOf(values) }),
    std: values.length > 1 ? deviationOf(values) : null,
    identical: clips.length - values.length,
    clips,
  };
}
