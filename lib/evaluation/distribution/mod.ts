/**
 * How far apart two sets of clips are, by their features, and how far that can
 * be trusted.
 *
 * @module
 */
export * from "./distribution_distance.ts";
export * from "./feature_statistics.ts";
export * from "./frechet.ts";
export * from "./kernel_distance.ts";
export * from "./moments.ts";
export {
  bootstrapSpread,
  type CurvePoint,
  type FrechetCurve,
  frechetCurve,
} from "./reliability.ts";
export * from "./statistics_file.ts";
