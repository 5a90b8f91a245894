/**
 * The VAE of LTX-Video as a module of parts, which imported weights name.
 *
 * @module
 */
import type { VaePart } from "../text_to_video/mod.ts";
import { LTX_VAE } from "./part.ts";

const parts: { readonly vae: VaePart } = { vae: LTX_VAE as VaePart };
export default parts;
