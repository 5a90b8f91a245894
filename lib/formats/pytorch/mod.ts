/**
 * Weights that PyTorch saved, read without PyTorch and without running what
 * is in the file.
 *
 * @module
 */
export * from "./state_dict.ts";
