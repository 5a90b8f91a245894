/**
 * Metrics of clips, sets of clips and trained models.
 *
 * @module
 */
export * from "./adherence/mod.ts";
export * from "./damages.ts";
export * from "./distribution/mod.ts";
export type { OpenFile } from "./_pytorch_file.ts";
export { digestOfBytes, digestOfFile } from "./_weights_file.ts";
export * from "./feature_network.ts";
export * from "./held_out/mod.ts";
export * from "./i3d/mod.ts";
export * from "./inception/mod.ts";
export * from "./lpips/mod.ts";
export * from "./model/mod.ts";
export * from "./motion.ts";
export * from "./optical_flow.ts";
export * from "./psnr.ts";
export * from "./resize.ts";
export * from "./ssim.ts";
export * from "./seam_change.ts";
export * from "./seam_motion.ts";
export * from "./temporal_quality.ts";
export * from "./world3d/mod.ts";
