import type * as z from "zod";
import type { Clip } from "../../core/mod.ts";
import type { ClipSource } from "../../dataset/batches/mod.ts";
import type {
  BackbonePart,
  LossPart,
  TextPart,
  VaePart,
} from "../../models/text_to_video/mod.ts";
import type { ModelParts, OwnModel } from "../../pipeline/mod.ts";
import type { OptimiserKind } from "../optimiser/mod.ts";
import type { ScheduleKind } from "../schedule/mod.ts";

/**
 * The parts of a run that a module may bring: the default export of
 * `--model mine.ts`. What it leaves out is this project's own.
 */
export interface Parts extends ModelParts {
  /** In place of `--optimiser`. */
  // deno-lint-ignore no-explicit-any -- each kind has settings of its own
  readonly optimiser?: OptimiserKind<any>;
  /** In place of `--schedule`. */
  // deno-lint-ignore no-explicit-any -- each kind has settings of its own
  readonly schedule?: ScheduleKind<any>;
  /** In place of `--data` and the synthetic world. */
  readonly clips?: ClipsPart;
  /** Scores of generated clips by their names, in evaluations. */
  readonly metrics?: Readonly<Record<string, Metric>>;
}

/** Clips of one's own. */
export interface ClipsPart<S = unknown> {
  /** What `--set clips.NAME=VALUE` may set, each with a default. */
  readonly settings: z.ZodType<S>;
  /** The clips to train on, or held-out ones; each is drawn in the shape that is asked for. */
  open(
    settings: S,
    split: "train" | "validation",
  ): ClipSource | Promise<ClipSource>;
}

/** A score of generated clips; the mean over them, say. */
export type Metric = (clips: MetricClips) => number | Promise<number>;

/** Clips in [0,1], in the order of their captions. */
export interface MetricClips {
  /** Drawn by the captions. */
  readonly generated: readonly Clip[];
  /** Held out; while a model trains, as its VAE decodes them. */
  readonly real: readonly Clip[];
  readonly captions: readonly string[];
}

/** A module of parts for a run. */
export type OwnRun = OwnModel<Parts>;

/**
 * Computes the metrics of a module.
 *
 * @returns a number for each; NaN where one is not finite.
 */
export async function ownScores(
  metrics: Parts["metrics"] | undefined,
  clips: MetricClips,
): Promise<Record<string, number>> {
  const scores: Record<string, number> = {};
  for (const [name, metric] of Object.entries(metrics ?? {})) {
    scores[name] = Number(await metric(clips));
  }
  return scores;
}

/**
 * Checks the types of parts, and is what it is given: the default export of a
 * module.
 *
 * @example
 * ```ts
 * import { parts } from "lib/trainer/mod.ts";
 * import * as z from "zod";
 * import assert from "node:assert/strict";
 *
 * const { schedule } = parts({
 *   schedule: {
 *     settings: z.strictObject({ half: z.number().default(0.5) }),
 *     scheduleOf: ({ peak, totalSteps }, { half }) => ({
 *       totalSteps,
 *       rateAt: (step) => step < half * totalSteps ? peak : peak / 2,
 *     }),
 *   },
 * });
 * assert.ok(schedule);
 * ```
 */
export function parts<
  VaeSettings,
  VaeParameters,
  TextSettings,
  TextParameters,
  BackboneSettings,
  BackboneParameters,
  LossSettings,
  OptimiserSettings,
  ScheduleSettings,
  ClipsSettings,
>(
  given: {
    readonly vae?: VaePart<VaeSettings, VaeParameters>;
    readonly text?: TextPart<TextSettings, TextParameters>;
    readonly backbone?: BackbonePart<BackboneSettings, BackboneParameters>;
    readonly loss?: LossPart<LossSettings>;
    readonly optimiser?: OptimiserKind<OptimiserSettings>;
    readonly schedule?: ScheduleKind<ScheduleSettings>;
    readonly clips?: ClipsPart<ClipsSettings>;
    readonly sampler?: Parts["sampler"];
    readonly metrics?: Parts["metrics"];
  },
): Parts {
  return given as unknown as Parts;
}
