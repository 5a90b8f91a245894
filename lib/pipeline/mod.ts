/**
 * Trained models in use: weights are loaded, prompts read, latents sampled and
 * decoded to videos.
 *
 * @module
 */
export * from "./continuation.ts";
export type { GenerateOptions } from "./generate_options.ts";
export * from "./given_parts.ts";
export * from "./latent_sampler.ts";
export * from "./lora.ts";
export * from "./own_model.ts";
export {
  fastestMotion,
  MOTION_SIGMAS,
  MOTION_STRENGTH,
  type MotionGuidance,
} from "./motion_guidance.ts";
export * from "./motion_field.ts";
export * from "./pipeline.ts";
export * from "./shipped.ts";
export * from "./tiling.ts";
export * from "./trained_models.ts";
export * from "./vae_codec.ts";
export * from "./vocabulary.ts";
export * from "./weights.ts";
