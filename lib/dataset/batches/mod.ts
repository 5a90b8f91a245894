/**
 * The loader: sources of clips, mixed by weight, as batches in an order that
 * follows from the seed alone.
 *
 * @module
 */
export {
  batchOrder,
  type BatchPlan,
  type BucketSize,
  type Sample,
} from "./batch_order.ts";
export { type Bucket, type ClipBatch, clipBatches } from "./clip_batches.ts";
export type { CaptionedClip, ClipShape, ClipSource } from "./clip_source.ts";
export { interleave, type Turn } from "./interleave.ts";
export {
  type Bucketing,
  type BucketLimits,
  chooseShapes,
  cropShare,
} from "./choose_shapes.ts";
export { mixedClips, type WeightedSource } from "./mixed_clips.ts";
export { Prefetcher } from "./prefetcher.ts";
