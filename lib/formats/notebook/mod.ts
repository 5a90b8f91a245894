/**
 * Jupyter notebook files: read, write, create and clean.
 *
 * @module
 */
export * from "./clean.ts";
export * from "./file.ts";
export * from "./new.ts";
export * from "./notebook.ts";
