/**
 * Event files of TensorBoard: scalars, histograms and moving pictures, in
 * records that stay readable when cut off anywhere.
 *
 * @module
 */
export * from "./crc32c.ts";
export * from "./event.ts";
export * from "./histogram.ts";
export * from "./writer.ts";
