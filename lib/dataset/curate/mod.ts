/**
 * Real video becomes a manifest: shots, scores, phases, captions, and why each
 * shot is kept or dropped.
 *
 * @module
 */
export * from "./analyse_video.ts";
export * from "./analysis.ts";
export * from "./flow/camera_motion.ts";
export * from "./flow/moving_regions.ts";
export * from "./flow/optical_flow.ts";
export * from "./flow/plane.ts";
export * from "./scores/brightness.ts";
export * from "./scores/perceptual_hash.ts";
export * from "./scores/sharpness.ts";
export * from "./scores/text_like.ts";
export * from "./manifest/curate.ts";
export * from "./manifest/duplicates.ts";
export * from "./manifest/file.ts";
export * from "./manifest/row.ts";
export * from "./manifest/rules.ts";
export * from "./manifest_clips.ts";
export * from "./sources/captions.ts";
export * from "./sources/content_hash.ts";
export * from "./sources/find_videos.ts";
