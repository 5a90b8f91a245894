/**
 * `jax.jit` for TensorFlow.js: records a function over TF.js tensors, gradients
 * included, as one graph, and runs it on ONNX Runtime.
 *
 * @module
 */
export { bufferBytes } from "./cost/buffer_pool.ts";
export * from "./cost/card_bytes.ts";
export * from "./cost/flops.ts";
export * from "./cost/peak_bytes.ts";
export * from "./cost/program_cost.ts";
export * from "./cost/state_by_work.ts";
export * from "./device/check.ts";
export * from "./device/device.ts";
export * from "./device/open.ts";
export * from "./device/profile.ts";
export * from "./device/state.ts";
export * from "./device/tensor_reader.ts";
export * from "./differentiate.ts";
export type { Graph } from "./ir/graph.ts";
export * from "./ir/print.ts";
export * from "./jit.ts";
export * from "./not_enough_memory.ts";
export * from "./remat.ts";
export * from "./session/resident_library.ts";
export * from "./trace/trace.ts";
export { UnsupportedOpError } from "./trace/kernel_call.ts";
