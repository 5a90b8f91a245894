/**
 * Where videos are kept, and how parts of them are read.
 *
 * @module
 */
export * from "./folder.ts";
export * from "./range.ts";
export * from "./s3.ts";
export * from "./store.ts";
