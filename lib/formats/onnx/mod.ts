/**
 * ONNX files: a graph as plain data, and its bytes.
 *
 * @module
 */
export * from "./decode.ts";
export * from "./encode.ts";
export * from "./model.ts";
export * from "./write.ts";
