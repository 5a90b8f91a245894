/**
 * VideoVAE: clips to a small grid of latents and back.
 *
 * @module
 */
export * from "./beta.ts";
export * from "./config.ts";
export * from "./loss.ts";
export * from "./principal_shortcut.ts";
export * from "./statistics.ts";
export * from "./video_vae.ts";
export * from "./widen_latent.ts";
