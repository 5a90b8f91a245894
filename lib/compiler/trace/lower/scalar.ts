import type { GraphBuilder } from "../../ir/builder.ts";
import type { Node } from "../../ir/graph.ts";
import type { KernelCall } from "../kernel_call.ts";

/** Whether each element is zero. */
export function isZero({ equal, like }: GraphBuilder, x: Node): Node {
  return equal(x, like(x, 0));
}

/** Whether each element is below zero; NaN is not. */
export function isNegative({ less, like }: GraphBuilder, x: Node): Node {
  return less(x, like(x, 0));
}

/** Whether each element is above zero; NaN is not. */
export function isPositive({ greater, like }: GraphBuilder, x: Node): Node {
  return greater(x, like(x, 0));
}

/** `exp(x) - 1` as `tanh(x / 2) * (exp(x) + 1)`, which keeps the digits of tiny values. */
export function expm1(builder: GraphBuilder, x: Node): Node {
  const { add, mul, like } = builder;
  const half = mul(x, like(x, 0.5));
  const above = add(builder.op("Exp", [x], {}), like(x, 1));
  return mul(builder.op("Tanh", [half], {}), above);
}

/** The input `x`; TF.js adds and multiplies bools as whole numbers. */
export function numbersOf({ builder, input }: KernelCall): Node {
  const x = input("x");
  return x.type.dtype === "bool" ? builder.cast(x, "int32") : x;
}
