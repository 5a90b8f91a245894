/**
 * Commands: flags from a schema, errors as one line, Ctrl-C that saves.
 *
 * @module
 */
export * from "./child.ts";
export * from "./flag_types.ts";
export * from "./flags.ts";
export * from "./knobs.ts";
export * from "./old_flags.ts";
export * from "./print.ts";
export * from "./program.ts";
export * from "./weighted_path.ts";
