import * as z from "zod";
import { TRUNKS } from "../../evaluation/mod.ts";
import {
  deviceFlag,
  numberFlag,
  overwriteFlag,
  textFlag,
  wholeNumber,
} from "../command_line/mod.ts";
import { WEIGHTS_FOLDER, WORLD3D_WEIGHTS } from "../weights/catalogue.ts";

/** Names of the metrics. */
export const METRIC_NAMES = [
  "psnr",
  "ssim",
  "lpips",
  "world3d",
  "inception",
  "temporal",
  "flow",
  "fvd",
  "fwd",
  "fpd",
  "held-out",
] as const;

/** Name of a metric. */
export type MetricName = typeof METRIC_NAMES[number];

/** Words and flags of `deno task metrics`. */
export const metricsFlags = z.strictObject({
  words: z.array(z.string()).min(1, "must be NAME A B").max(
    4,
    "must be NAME A B, or held-out GENERATED REAL TRAINING",
  ).describe(
    `NAME A B: a metric (${
      METRIC_NAMES.join(", ")
    }) and two videos or folders of videos; temporal and flow (pixels a second) take A alone as well, and held-out GENERATED REAL a third folder, of the training clips`,
  ),
  frames: wholeNumber(3).optional().describe(
    "frames of each clip, from its start; without it, all must have as many",
  ),
  fps: numberFlag({ above: 0 }).optional().describe(
    "frames per second of each clip; without it, all must have the same",
  ),
  size: z.string().regex(/^[1-9]\d*x[1-9]\d*$/, "must be like 64x64")
    .optional().describe(
      "pixels, width x height, that each frame is scaled to; without it, all must have the same",
    ),
  trunk: z.enum(TRUNKS, { error: `must be one of ${TRUNKS.join(", ")}` })
    .default("alex").describe("trunk of lpips"),
  timeStride: wholeNumber(2).default(4).describe(
    "frames of a latent frame of the VAE, for the seam measure of temporal",
  ),
  causal: z.boolean().default(false).describe(
    "the VAE is causal: its first latent frame is frame 0 alone",
  ),
  weights: textFlag().default(WEIGHTS_FOLDER).describe(
    "folder of imported weights",
  ),
  world3d: textFlag().default(WORLD3D_WEIGHTS).describe(
    "weights of fwd and world3d",
  ),
  page: z.string().regex(/\.html$/, "must end in .html").optional().describe(
    "page of held-out: its tables, and generated clips beside real and training ones",
  ),
  overwrite: overwriteFlag,
  cache: textFlag().default("runs/.feature_cache").describe(
    "folder of cached features: those of a folder are computed once",
  ),
  device: deviceFlag,
  json: z.boolean().default(false).describe(
    "print the result as JSON, each clip's value included",
  ),
});

/** The same, checked. */
export type MetricsOptions = z.infer<typeof metricsFlags>;
