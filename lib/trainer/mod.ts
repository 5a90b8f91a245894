/**
 * Training: a run in its folder, stages, the loop, optimisers, checkpoints,
 * observers.
 *
 * @module
 */
export * from "./averages/posthoc.ts";
export * from "./averages/snapshots.ts";
export * from "./checkpoints/checkpoint.ts";
export * from "./checkpoints/checkpoint_folder.ts";
export * from "./data/caption_pairs.ts";
export * from "./data/data_file.ts";
export { manifestIn } from "./data/open_source.ts";
export * from "./data/run_data.ts";
export * from "./loop/compiled_step.ts";
export { type Compression, COMPRESSIONS } from "./loop/compressed_sum.ts";
export * from "./loop/state_plan.ts";
export * from "./loop/step_programs.ts";
export * from "./loop/train.ts";
export * from "./loop/train_step.ts";
export * from "./memory/estimate.ts";
export * from "./memory/fit.ts";
export * from "./memory/measure.ts";
export * from "./memory/memory_items.ts";
export * from "./memory/step_costs.ts";
export * from "./observers/run_curves.ts";
export * from "./observers/sample_sheets.ts";
export * from "./observers/tensorboard.ts";
export * from "./optimiser/mod.ts";
export * from "./precompute/latent_cache.ts";
export * from "./precompute/latent_file.ts";
export * from "./run/config.ts";
export * from "./run/config_file.ts";
export * from "./run/parts.ts";
export * from "./run/prerequisites.ts";
export * from "./run/run.ts";
export * from "./run/step_times.ts";
export * from "./run/train_run.ts";
export * from "./schedule/mod.ts";
export * from "./stages/diffusion_batch.ts";
export * from "./stages/diffusion_loss.ts";
export * from "./stages/held_out_loss.ts";
export * from "./stages/stage_plan.ts";
export * from "./stages/stages.ts";
export * from "./stages/vae_loss.ts";
