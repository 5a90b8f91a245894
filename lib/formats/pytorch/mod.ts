/**
 * Weights that PyTorch saved, read without PyTorch and without running the file.
 *
 * @module
 */
export * from "./state_dict.ts";
