/**
 * Clips and pictures become files: MP4, GIF, PNG and contact sheets. No writer
 * leaves half a file behind.
 *
 * @module
 */
export * from "./contact_sheet.ts";
export * from "./gif.ts";
export * from "./image.ts";
export { writeMp4 } from "./mp4.ts";
export * from "./png.ts";
export * from "./svg.ts";
