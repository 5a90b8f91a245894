/**
 * To TensorFlow.js what `jax.jit` is to JAX: records a function over TF.js
 * tensors, gradients included, as one graph, and runs it on ONNX Runtime.
 *
 * @module
 */
export * from "./checkpoint.ts";
export * from "./cost/mod.ts";
export * from "./device/check.ts";
export * from "./device/device.ts";
export * from "./device/open.ts";
export * from "./device/state.ts";
export * from "./device/tensor.ts";
export * from "./differentiate.ts";
export * from "./ir/print.ts";
export * from "./jit.ts";
export * from "./not_enough_memory_error.ts";
export { registerGradients } from "./trace/gradients/register.ts";
export * from "./trace/trace.ts";
export * from "./trace/unsupported_op_error.ts";
