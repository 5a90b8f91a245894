/**
 * What generated clips are worth, in numbers.
 *
 * @module
 */
export * from "./psnr.ts";
