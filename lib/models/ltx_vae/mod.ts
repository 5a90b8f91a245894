/**
 * The VAE of LTX-Video in the layout of its public weights.
 *
 * @module
 */
export * from "./config.ts";
export * from "./ltx_vae.ts";
export * from "./part.ts";
