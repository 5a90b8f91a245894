/**
 * Running averages of the parameters, whose length is chosen afterwards.
 *
 * @module
 */
export * from "./between.ts";
export * from "./posthoc.ts";
export * from "./power_profile.ts";
export * from "./snapshots.ts";
export * from "./tracks.ts";
