/**
 * Distances between two sets of clips by their features, and how reliable they
 * are.
 *
 * @module
 */
export * from "./distribution_distance.ts";
export * from "./feature_statistics.ts";
export * from "./frechet.ts";
export * from "./frechet_of_rows.ts";
export * from "./kernel_distance.ts";
export * from "./moments.ts";
export * from "./reliability.ts";
export * from "./statistics_file.ts";
