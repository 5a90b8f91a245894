/**
 * Running averages of the parameters, whose length is chosen afterwards.
 *
 * @module
 */
export * from "./power_profile.ts";
export * from "./tracks.ts";
