import * as z from "zod";
import { DEVICE_CHOICES } from "../../compiler/mod.ts";
import { TRUNKS } from "../../evaluation/mod.ts";
import { WEIGHTS_FOLDER, WORLD3D_WEIGHTS } from "../weights/catalogue.ts";

/** What can be measured. */
export const METRIC_NAMES = [
  "psnr",
  "ssim",
  "lpips",
  "world3d",
  "temporal",
  "fvd",
  "fwd",
] as const;

/** One of them. */
export type MetricName = typeof METRIC_NAMES[number];

const whole = (least: number): z.ZodCoercedNumber => {
  const error = `must be a whole number from ${least}`;
  return z.coerce.number({ error }).int({ error }).min(least, { error });
};

/** Words and flags of `deno task metrics`. */
export const metricsFlags = z.strictObject({
  words: z.array(z.string()).min(1, "must be NAME A B").max(
    3,
    "must be NAME A B",
  ).describe(
    `NAME A B: a metric (${
      METRIC_NAMES.join(", ")
    }) and two videos or folders of videos; temporal takes A alone as well`,
  ),
  frames: whole(3).optional().describe(
    "frames of each clip, from its start; without it, all must have as many",
  ),
  fps: z.coerce.number({ error: "must be a number above 0" }).positive(
    "must be a number above 0",
  ).optional().describe(
    "frames per second of each clip; without it, all must have the same",
  ),
  size: z.string().regex(/^[1-9]\d*x[1-9]\d*$/, "must be like 64x64")
    .optional().describe(
      "pixels, width x height, that each frame is scaled to; without it, all must have the same",
    ),
  trunk: z.enum(TRUNKS, { error: `must be one of ${TRUNKS.join(", ")}` })
    .default("alex").describe("trunk of lpips"),
  weights: z.string().min(1, "must not be empty").default(WEIGHTS_FOLDER)
    .describe("where converted weights lie"),
  world3d: z.string().min(1, "must not be empty").default(WORLD3D_WEIGHTS)
    .describe("weights of fwd and world3d"),
  cache: z.string().min(1, "must not be empty").default(
    "runs/.feature_cache",
  ).describe("where features of folders are kept, so that they are made once"),
  device: z.enum(DEVICE_CHOICES, {
    error: `must be one of ${DEVICE_CHOICES.join(", ")}`,
  }).default("cpu").describe("where to compute"),
  json: z.boolean().default(false).describe(
    "print the result as JSON, each clip's value included",
  ),
});

/** The same, checked. */
export type MetricsOptions = z.infer<typeof metricsFlags>;
