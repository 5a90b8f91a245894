/**
 * HybridBackbone: attention and 3-D convolution blocks, interleaved, that
 * predict the velocity of rectified flow.
 *
 * @module
 */
export * from "./config.ts";
export * from "./hybrid_backbone.ts";
export * from "./positions.ts";
export { logVariances } from "./precondition.ts";
export * from "./widen_latent.ts";
