/**
 * JSON lines: metrics, captions and lists of clips, appended one by one and
 * readable when cut off at any byte.
 *
 * @module
 */
export { jsonlRecords, type JsonRecord, readJsonl } from "./read.ts";
export * from "./writer.ts";
