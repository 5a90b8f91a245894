import { upcastType } from "@tensorflow/tfjs-core";
import type { DType } from "../../../core/mod.ts";
import type { Node } from "../../ir/graph.ts";
import type {
  BinaryOp,
  ComparisonOp,
  UnaryOp,
} from "../../ir/op_attributes.ts";
import { type Lowering, type Lowerings, require } from "../kernel_call.ts";
import { expm1, isNegative, isPositive, isZero, like } from "./scalar.ts";

const unary = (op: UnaryOp): Lowering => ({ builder, input }) =>
  builder.add(op, [input("x")], {}) as Node;

const binary =
  (op: BinaryOp | ComparisonOp): Lowering => ({ builder, input }) =>
    builder.elementwise(op, input("a"), input("b"));

/** Truths are in order as 0 and 1 are. */
const ordering = (op: ComparisonOp): Lowering => ({ builder, input }) => {
  const [a, b] = [input("a"), input("b")].map((x) =>
    x.type.dtype === "bool" ? builder.cast(x, "int32") : x
  ) as [Node, Node];
  return builder.elementwise(op, a, b);
};

const logical = (op: "And" | "Or"): Lowering => ({ builder, input }) =>
  builder.add(op, [input("a"), input("b")], {}) as Node;

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
const log1p: Lowering = (call) => {
  const { builder } = call;
  const x = call.input("x");
  const small = builder.elementwise(
    "Less",
    builder.add("Abs", [x], {}),
    like(call, x, 0.5),
  );
  const ratio = builder.elementwise(
    "Div",
    x,
    builder.elementwise("Add", x, like(call, x, 2)),
  );
  const near = builder.elementwise(
    "Mul",
    builder.add("Atanh", [ratio], {}),
    like(call, x, 2),
  );
  const far = builder.add("Log", [
    builder.elementwise("Add", x, like(call, x, 1)),
  ], {});
  return builder.add("Where", [small, near, far], {});
};

/** The difference of two comparisons, and so 0 for NaN, as in TF.js. */
const sign: Lowering = (call) => {
  const x = call.input("x");
  const { builder } = call;
  return builder.elementwise(
    "Sub",
    builder.cast(isPositive(call, x), x.type.dtype),
    builder.cast(isNegative(call, x), x.type.dtype),
  );
};

/** The angle of a point `(b, a)` in `[-pi, pi]`, for finite coordinates. */
const atan2: Lowering = (call) => {
  const { builder, input } = call;
  const [a, b] = [input("a"), input("b")];
  const within = builder.add("Atan", [builder.elementwise("Div", a, b)], {});
  const turn = builder.add("Where", [
    isNegative(call, a),
    like(call, a, -Math.PI),
    like(call, a, Math.PI),
  ], {});
  const origin = builder.add("And", [isZero(call, a), isZero(call, b)], {});
  return builder.add("Where", [
    origin,
    like(call, a, 0),
    builder.add("Where", [
      isNegative(call, b),
      builder.elementwise("Add", within, turn),
      within,
    ], {}),
  ], {});
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
  Abs: unary("Abs"),
  Acos: unary("Acos"),
  Acosh: unary("Acosh"),
  Asin: unary("Asin"),
  Asinh: unary("Asinh"),
  Atan: unary("Atan"),
  Atan2: atan2,
  Atanh: unary("Atanh"),
  Ceil: unary("Ceil"),
  Cos: unary("Cos"),
  Cosh: unary("Cosh"),
  Erf: unary("Erf"),
  Exp: unary("Exp"),
  Floor: unary("Floor"),
  Log: unary("Log"),
  Neg: unary("Neg"),
  Reciprocal: unary("Reciprocal"),
  Round: ({ builder, input }) =>
    input("x").type.dtype === "int32"
      ? input("x")
      : builder.add("Round", [input("x")], {}),
  Sigmoid: unary("Sigmoid"),
  Sin: unary("Sin"),
  Sinh: unary("Sinh"),
  Softplus: unary("Softplus"),
  Sqrt: unary("Sqrt"),
  Tan: unary("Tan"),
  Tanh: unary("Tanh"),
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
    builder.add("Not", [
      builder.elementwise("Equal", input("a"), input("b")),
    ], {}),
  LogicalAnd: logical("And"),
  LogicalOr: logical("Or"),
  LogicalNot: ({ builder, input }) => builder.add("Not", [input("x")], {}),
  AddN: ({ builder, inputs }) =>
    inputs.reduce((sum, x) => builder.elementwise("Add", sum, x)),
  Cast: cast,
  Expm1: (call) => expm1(call, call.input("x")),
  Identity: ({ input }) => input("x"),
  IsFinite: ({ builder, input }) =>
    builder.add("Not", [
      builder.add("Or", [
        builder.add("IsNaN", [input("x")], {}),
        builder.add("IsInf", [input("x")], {}),
      ], {}),
    ], {}),
  IsInf: ({ builder, input }) => builder.add("IsInf", [input("x")], {}),
  IsNan: ({ builder, input }) => builder.add("IsNaN", [input("x")], {}),
  Log1p: log1p,
  Rsqrt: ({ builder, input }) =>
    builder.add("Reciprocal", [
      builder.add("Sqrt", [input("x")], {}),
    ], {}),
  Select: select,
  Square: ({ builder, input }) =>
    builder.elementwise("Mul", input("x"), input("x")),
  SquaredDifference: ({ builder, input }) => {
    const difference = builder.elementwise("Sub", input("a"), input("b"));
    return builder.elementwise("Mul", difference, difference);
  },
};
