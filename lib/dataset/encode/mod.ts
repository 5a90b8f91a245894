/**
 * Writes clips and images as MP4, GIF, PNG and contact sheets, each file
 * atomically.
 *
 * @module
 */
export { contactSheet, type SheetRow } from "./contact_sheet.ts";
export { encodeGif, previewGif, writeGif } from "./gif.ts";
export { frameImage, type Image } from "./image.ts";
export { labelledImage } from "./labelled_image.ts";
export { writeMp4 } from "./mp4.ts";
export { encodePng, writePng } from "./png.ts";
export { svgImage } from "./svg.ts";
