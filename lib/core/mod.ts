/**
 * The vocabulary of all other folders: arrays, shapes, trees, clips, seeded
 * randomness, errors, progress, and files that are never half-written.
 *
 * @module
 */
export * from "./atomic_file.ts";
export * from "./bytes.ts";
export * from "./checked_json.ts";
export * from "./clip.ts";
export * from "./clip_batch.ts";
export * from "./clip_frames.ts";
export * from "./colours.ts";
export * from "./config_difference.ts";
export * from "./destination.ts";
export * from "./edit_distance.ts";
export * from "./errors.ts";
export * from "./html.ts";
export * from "./lifetime.ts";
export * from "./ndarray.ts";
export * from "./output.ts";
export * from "./overwrite.ts";
export * from "./paths.ts";
export * from "./pause.ts";
export * from "./progress/progress.ts";
export * from "./rng.ts";
export * from "./run_lock.ts";
export * from "./shape.ts";
export * from "./text.ts";
export * from "./tree.ts";
