/**
 * I3D, the feature network of FVD.
 *
 * @module
 */
export * from "./architecture.ts";
export * from "./network.ts";
export * from "./open.ts";
export * from "./weights.ts";
