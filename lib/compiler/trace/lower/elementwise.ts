import { upcastType } from "@tensorflow/tfjs-core";
import type { DType } from "../../../core/mod.ts";
import type { Node } from "../../ir/graph.ts";
import {
  type BinaryOp,
  type ComparisonOp,
  UNARY_OPS,
  type UnaryOp,
} from "../../ir/op_attributes.ts";
import { type Lowering, type Lowerings, require } from "../kernel_call.ts";
import { expm1, isNegative, isPositive, isZero } from "./scalar.ts";

const unary =
  (op: UnaryOp | "IsInf" | "IsNaN" | "Not"): Lowering => ({ builder, input }) =>
    builder.op(op, [input("x")], {});

const binary =
  (op: BinaryOp | ComparisonOp): Lowering => ({ builder, input }) =>
    builder.elementwise(op, input("a"), input("b"));

/** Orders bools as 0 and 1. */
const ordering = (op: ComparisonOp): Lowering => ({ builder, input }) => {
  const [a, b] = [input("a"), input("b")].map((x) =>
    x.type.dtype === "bool" ? builder.cast(x, "int32") : x
  ) as [Node, Node];
  return builder.elementwise(op, a, b);
};

const logical = (op: "And" | "Or"): Lowering => ({ builder, input }) =>
  builder.op(op, [input("a"), input("b")], {});

const cast: Lowering = (call) => {
  const { builder, input, attributes } = call;
  const x = input("x");
  const to = attributes.dtype as DType;
  require(
    call,
    ["float32", "int32", "bool"].includes(to),
    `dtype must be float32, int32 or bool: current value is "${to}"`,
  );
  return builder.cast(x, to);
};

/** `log(1 + x)`, near zero as `2 * atanh(x / (x + 2))`, which keeps the digits of tiny values. */
const log1p: Lowering = ({ builder, input }) => {
  const { abs, add, div, less, like, mul, where } = builder;
  const x = input("x");
  const small = less(abs(x), like(x, 0.5));
  const ratio = div(x, add(x, like(x, 2)));
  const near = mul(builder.op("Atanh", [ratio], {}), like(x, 2));
  const far = builder.op("Log", [add(x, like(x, 1))], {});
  return where(small, near, far);
};

/** The difference of two comparisons, and so 0 for NaN, as in TF.js. */
const sign: Lowering = ({ builder, input }) => {
  const x = input("x");
  return builder.sub(
    builder.cast(isPositive(builder, x), x.type.dtype),
    builder.cast(isNegative(builder, x), x.type.dtype),
  );
};

/** The angle of a point `(b, a)` in `[-pi, pi]`, for finite coordinates. */
const atan2: Lowering = ({ builder, input }) => {
  const { add, and, div, like, where } = builder;
  const [a, b] = [input("a"), input("b")];
  const within = builder.op("Atan", [div(a, b)], {});
  const turn = where(
    isNegative(builder, a),
    like(a, -Math.PI),
    like(a, Math.PI),
  );
  const origin = and(isZero(builder, a), isZero(builder, b));
  return where(
    origin,
    like(a, 0),
    where(isNegative(builder, b), add(within, turn), within),
  );
};

const select: Lowering = ({ builder, input }) => {
  const [t, e] = [input("t"), input("e")];
  const dtype = upcastType(t.type.dtype, e.type.dtype) as DType;
  // ONNX Runtime selects numbers only.
  const numbers = dtype === "bool" ? "int32" : dtype;
  const chosen = builder.select(
    input("condition"),
    builder.cast(t, numbers),
    builder.cast(e, numbers),
  );
  return builder.cast(chosen, dtype);
};

/** Lowerings of the kernels that work element by element. */
export const ELEMENTWISE: Lowerings = {
  ...Object.fromEntries(UNARY_OPS.map((op) => [op, unary(op)])),
  Atan2: atan2,
  Round: ({ builder, input }) =>
    input("x").type.dtype === "int32"
      ? input("x")
      : builder.op("Round", [input("x")], {}),
  Sign: sign,
  Add: binary("Add"),
  Maximum: binary("Max"),
  Minimum: binary("Min"),
  Multiply: binary("Mul"),
  Pow: binary("Pow"),
  Sub: binary("Sub"),
  Equal: binary("Equal"),
  Greater: ordering("Greater"),
  GreaterEqual: ordering("GreaterOrEqual"),
  Less: ordering("Less"),
  LessEqual: ordering("LessOrEqual"),
  NotEqual: ({ builder, input }) =>
    builder.not(builder.equal(input("a"), input("b"))),
  LogicalAnd: logical("And"),
  LogicalOr: logical("Or"),
  LogicalNot: unary("Not"),
  AddN: ({ builder, inputs }) => inputs.reduce(builder.add),
  Cast: cast,
  Expm1: ({ builder, input }) => expm1(builder, input("x")),
  Identity: ({ input }) => input("x"),
  IsFinite: ({ builder, input }) => {
    const [nan, infinite] = (["IsNaN", "IsInf"] as const)
      .map((op) => builder.op(op, [input("x")], {}));
    return builder.not(builder.op("Or", [nan!, infinite!], {}));
  },
  IsInf: unary("IsInf"),
  IsNan: unary("IsNaN"),
  Log1p: log1p,
  Rsqrt: ({ builder, input }) =>
    builder.op("Reciprocal", [builder.op("Sqrt", [input("x")], {})], {}),
  Select: select,
  Square: ({ builder, input }) => builder.mul(input("x"), input("x")),
  SquaredDifference: ({ builder, input }) => {
    const difference = builder.sub(input("a"), input("b"));
    return builder.mul(difference, difference);
  },
};
