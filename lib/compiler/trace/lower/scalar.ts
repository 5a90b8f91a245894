import type { Node } from "../../ir/graph.ts";
import type { KernelCall } from "../kernel_call.ts";

/** A constant in the element type of another value. */
export function like(call: KernelCall, x: Node, value: number): Node {
  return call.builder.fill(value, x.type.dtype);
}

/** Whether each element is zero. */
export function isZero(call: KernelCall, x: Node): Node {
  return call.builder.elementwise("Equal", x, like(call, x, 0));
}

/** Whether each element is below zero; NaN is not. */
export function isNegative(call: KernelCall, x: Node): Node {
  return call.builder.elementwise("Less", x, like(call, x, 0));
}

/** Whether each element is above zero; NaN is not. */
export function isPositive(call: KernelCall, x: Node): Node {
  return call.builder.elementwise("Greater", x, like(call, x, 0));
}

/** `exp(x) - 1` as `tanh(x / 2) * (exp(x) + 1)`, which keeps the digits of tiny values. */
export function expm1(call: KernelCall, x: Node): Node {
  const { builder } = call;
  const half = builder.elementwise("Mul", x, like(call, x, 0.5));
  const above = builder.elementwise(
    "Add",
    builder.add("Exp", [x], {}),
    like(call, x, 1),
  );
  return builder.elementwise("Mul", builder.add("Tanh", [half], {}), above);
}

/** The input `x`, truths as whole numbers: so TF.js adds and multiplies them. */
export function numbersOf({ builder, input }: KernelCall): Node {
  const x = input("x");
  return x.type.dtype === "bool" ? builder.cast(x, "int32") : x;
}
