import * as z from "zod";
import { InputError, numberText } from "../../core/mod.ts";
import type { Metric } from "./metrics.ts";

/** The file beside a model card: how a model is evaluated, and what it must reach. */
export const thresholdsSchema = z.strictObject({
  evaluate: z.record(
    z.string(),
    z.union([z.string(), z.number(), z.boolean()]),
  ).describe("flags of deno task evaluate, in camel case"),
  metrics: z.record(
    z.string(),
    z.strictObject({
      least: z.number().optional(),
      most: z.number().optional(),
    }),
  ).describe("limits by the name of the metric"),
  samples: z.array(z.string()).min(1).describe("prompts of the samples"),
});

/** The same, checked. */
export type Thresholds = z.infer<typeof thresholdsSchema>;

/** The metrics of a release, with what they depend on. */
export const releasedSchema = z.object({
  version: z.string(),
  evaluate: z.record(z.string(), z.unknown()),
  metrics: z.array(z.object({
    name: z.string(),
    value: z.number(),
    margin: z.number(),
    better: z.enum(["higher", "lower"]),
  })),
});

/**
 * Share of a figure that another machine may change by its rounding: metrics
 * without an interval are those of the same clips and noise each time.
 */
const ROUNDING = 0.005;

/** A metric beside its limits and that of the release before. */
export interface Comparison extends Metric {
  readonly before?: Metric;
  /** Why the release is refused. */
  readonly refusals: readonly string[];
}

/**
 * Compares metrics with their limits, and with the release before: worse than it
 * by more than the 95 % interval of the difference is a regression.
 *
 * @throws {InputError} if a limit is that of no metric
 *
 * @example
 * ```ts
 * import { compareMetrics } from "lib/recipes/release/verdict.ts";
 * import assert from "node:assert/strict";
 *
 * const metric = { name: "PSNR", value: 28, margin: 0.3, better: "higher" } as const;
 * const limits = { PSNR: { least: 20 } };
 * const [found] = compareMetrics([metric], limits, [{ ...metric, value: 30 }]);
 * assert.deepEqual(found?.refusals, ["PSNR is 28 ± 0.3, worse than 30 ± 0.3 of the release before"]);
 * ```
 */
export function compareMetrics(
  metrics: readonly Metric[],
  limits: Thresholds["metrics"],
  before: readonly Metric[] | undefined,
): Comparison[] {
  for (const name of Object.keys(limits)) {
    if (metrics.some((metric) => metric.name === name)) continue;
    throw new InputError(
      `Cannot use the thresholds: each must be that of a metric: "${name}" is ` +
        `none; the metrics are ${metrics.map(({ name }) => name).join("; ")}`,
    );
  }
  return metrics.map((metric) => {
    const { name, value, margin, better } = metric;
    const { least = -Infinity, most = Infinity } = limits[name] ?? {};
    const earlier = before?.find((other) => other.name === name);
    const loss = earlier === undefined
      ? 0
      : (better === "higher" ? 1 : -1) * (earlier.value - value);
    const allowed = earlier === undefined
      ? 0
      : Math.hypot(margin, earlier.margin) +
        ROUNDING * Math.abs(earlier.value);
    return {
      ...metric,
      ...(earlier && { before: earlier }),
      refusals: Number.isNaN(value)
        ? [`${name} must be a number: it is NaN`]
        : [
          ...(value < least
            ? [`${name} must be at least ${least}: it is ${metricText(metric)}`]
            : []),
          ...(value > most
            ? [`${name} must be at most ${most}: it is ${metricText(metric)}`]
            : []),
          ...(loss > allowed
            ? [
              `${name} is ${metricText(metric)}, worse than ${
                metricText(earlier!)
              } of the release before`,
            ]
            : []),
        ],
    };
  });
}

/** A value with half of its interval. */
export function metricText({ value, margin }: Metric): string {
  return margin > 0
    ? `${numberText(value)} ± ${numberText(margin)}`
    : numberText(value);
}
