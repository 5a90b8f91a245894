/**
 * LTX-2 19B from its configuration alone: tensors, cost, comparison with a
 * published file, and the design decisions of this project that follow.
 *
 * @module
 */
export * from "./compare.ts";
export * from "./configuration.ts";
export * from "./cost/flops.ts";
export * from "./cost/memory.ts";
export * from "./cost/phases.ts";
export * from "./decisions.ts";
export * from "./figures/cost.ts";
export type { Figure } from "./figures/figure.ts";
export * from "./figures/inventory.ts";
export * from "./figures/memory.ts";
export * from "./figures/savings.ts";
export * from "./inventory/components.ts";
export { parametersOf, type TensorSpec } from "./inventory/tensor.ts";
export * from "./inventory/text.ts";
export { blockTensors, transformerTensors } from "./inventory/transformer.ts";
export * from "./inventory/upscaler.ts";
export * from "./inventory/video_vae.ts";
export {
  type AttentionNameAccount,
  attentionNameAccount,
  FILE_PARTS,
  type FileAccount,
  fileAccount,
  quantisedBlocksFor,
} from "./quantisation.ts";
export * from "./rope.ts";
export * from "./totals.ts";
