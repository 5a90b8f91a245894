/**
 * The loader: clips of any source as batches, in an exact order that a cursor
 * can be put back into.
 *
 * @module
 */
export {
  type Batch,
  batches,
  type BatchesOptions,
  type Cursor,
  type Loader,
} from "./batches.ts";
export type { CaptionedClip, ClipShape, ClipSource } from "./clip_source.ts";
export {
  type Bucket,
  orderOf,
  type OrderOptions,
  type PlannedBatch,
  type PlannedClip,
  type WeightedSource,
} from "./order.ts";
export {
  type WorkerClips,
  workerClips,
  type WorkerRecipe,
} from "./worker_clips.ts";
