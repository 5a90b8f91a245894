/**
 * Curates real video: finds shots, scores them, assigns phases and captions, and
 * writes a manifest that states why each shot is kept or dropped.
 *
 * @module
 */
export { analyseVideo } from "./analyse_video.ts";
export {
  type Analysis,
  ANALYSIS_VERSION,
  analysisSchema,
  type Scores,
} from "./analysis.ts";
export { type CameraMotion, fitCamera } from "./flow/camera_motion.ts";
export { type Flow, lumaFlow } from "./flow/optical_flow.ts";
export { lumaOf, type Plane } from "./flow/plane.ts";
export {
  curate,
  type CurateOptions,
  type SourceFile,
} from "./manifest/curate.ts";
export { manifestRows, writeManifest } from "./manifest/file.ts";
export {
  DROP_RULES,
  type DropRule,
  type KeptRow,
  type ManifestRow,
} from "./manifest/row.ts";
export { KEEP_DEFAULTS } from "./manifest/rules.ts";
export { readShots, type Shot } from "./manifest/shots.ts";
export { shuffledSentences } from "./shuffled_sentences.ts";
export { shotClips, UnreadableClipError } from "./shot_clips.ts";
export {
  type CaptionTable,
  readCaptionTable,
} from "./sources/caption_table.ts";
export { withTemplate } from "./sources/caption_template.ts";
export { contentHash } from "./sources/content_hash.ts";
export { findVideos, type FoundFile } from "./sources/find_videos.ts";
export { type LeftOut, leftOutLines } from "./sources/left_out.ts";
export { Sidecars } from "./sources/sidecars.ts";
export {
  matchTable,
  type TableMatch,
  unmatchedLines,
} from "./sources/table_match.ts";
export type { TimedCaption } from "./sources/timed_caption.ts";
