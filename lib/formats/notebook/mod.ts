/**
 * Jupyter notebooks as files: read, written, made, cleaned.
 *
 * @module
 */
export * from "./clean.ts";
export * from "./file.ts";
export * from "./new.ts";
export * from "./notebook.ts";
