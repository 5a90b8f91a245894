/**
 * Training: losses over batches, the compiled step, the loop, checkpoints.
 *
 * @module
 */
export * from "./averages/mod.ts";
export * from "./checkpoint.ts";
export * from "./checkpoint_folder.ts";
export * from "./curriculum/mod.ts";
export * from "./diffusion_loss.ts";
export * from "./guard.ts";
export * from "./held_out.ts";
export * from "./loss_by_sigma.ts";
export * from "./machine.ts";
export * from "./optimiser/mod.ts";
export * from "./precompute/mod.ts";
export * from "./principal_blocks.ts";
export * from "./schedule.ts";
export * from "./step_runner.ts";
export * from "./stop.ts";
export * from "./train_step.ts";
export * from "./text_alignment.ts";
export * from "./text_reading.ts";
export * from "./training.ts";
export * from "./video_vae_training.ts";
