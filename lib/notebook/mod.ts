/**
 * Jupyter notebooks: their displays, and how they run without supervision.
 *
 * @module
 */
export * from "./display/mod.ts";
export * from "./kernel/mod.ts";
export * from "./page.ts";
export * from "./parameters/inject.ts";
export {
  type Parameter,
  type ParameterValue,
  readParameters,
} from "./parameters/read.ts";
export * from "./runner/errors.ts";
export * from "./runner/run.ts";
