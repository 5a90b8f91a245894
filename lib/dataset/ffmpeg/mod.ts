/**
 * FFmpeg without its log: the parts that reading and writing videos share. Only
 * `dataset/decode` and `dataset/encode` import it.
 *
 * @module
 */
export * from "./check.ts";
export * from "./filter_chain.ts";
export * from "./library.ts";
