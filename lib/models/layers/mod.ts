/**
 * Layers as plain functions over plain parameters.
 *
 * @module
 */
export * from "./activation.ts";
export * from "./attention.ts";
export * from "./conv3d.ts";
export * from "./feed_forward.ts";
export * from "./linear.ts";
export * from "./norm.ts";
export * from "./parameters.ts";
export * from "./prompt_mlp.ts";
export type * from "./remat.ts";
export * from "./rotary.ts";
export * from "./space_to_depth.ts";
export * from "./stop_gradient.ts";
export * from "./timestep.ts";
