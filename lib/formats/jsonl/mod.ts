/**
 * Records in lines of JSON: metrics, captions and lists of clips, appended as
 * they come and safe to cut off at any byte.
 *
 * @module
 */
export type { JsonRecord } from "./lines.ts";
export * from "./read.ts";
export * from "./writer.ts";
