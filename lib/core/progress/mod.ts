/**
 * Progress of long work: on a terminal, in a log, or silent. `lib/core/mod.ts`
 * has only the interface and the silent one, so that importing it does not load
 * a terminal library.
 *
 * @module
 */
export * from "./bars.ts";
export * from "./lines.ts";
export * from "./progress.ts";
export * from "./rate.ts";
export * from "./terminal.ts";
