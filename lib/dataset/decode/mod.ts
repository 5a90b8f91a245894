/**
 * Decodes video files into clips or small frames, or throws one line with the
 * reason.
 *
 * @module
 */
export { framesThatFit, latestStart } from "./clip_fit.ts";
export { decodeClip } from "./decode_clip.ts";
export { type DecodePool, decodePool } from "./decode_pool.ts";
export { fpsText, repeatedShare, repeatNote } from "./repeated_frames.ts";
export { probe, type VideoInfo } from "./probe.ts";
export { type ScannedFrame, type SmallFrame, VideoScan } from "./scan_video.ts";
