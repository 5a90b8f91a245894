/**
 * Any video file becomes a clip, or one line that says why not.
 *
 * @module
 */
export * from "./decode_clip.ts";
export * from "./probe.ts";
export * from "./scan_video.ts";
