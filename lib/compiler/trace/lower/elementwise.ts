import { upcastType } from "@tensorflow/tfjs-core";
import type { DType } from "../../../core/mod.ts";
import type { Node } from "../../ir/graph.ts";
import type {
  BinaryOp,
  ComparisonOp,
  UnaryOp,
} from "../../ir/op_attributes.ts";
import {
  type KernelCall,
  type Lowering,
  type Lowerings,
  require,
} from "../kernel_call.ts";

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

/** A constant in the element type of another value. */
function like(call: KernelCall, x: Node, value: number): Node {
  return call.builder.fill(value, x.type.dtype);
}

function isZero(call: KernelCall, x: Node): Node {
  return call.builder.elementwise("Equal", x, like(call, x, 0));
}

/** Whether each element is below zero; NaN is not. */
function isNegative(call: KernelCall, x: Node): Node {
  return call.builder.elementwise("Less", x, like(call, x, 0));
}

function isPositive(call: KernelCall, x: Node): Node {
  return call.builder.elementwise("Greater", x, like(call, x, 0));
}

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

/** `exp(x) - 1` as `tanh(x / 2) * (exp(x) + 1)`, which keeps the digits of tiny values. */
function expm1(call: KernelCall, x: Node): Node {
  const { builder } = call;
  const half = builder.elementwise("Mul", x, like(call, x, 0.5));
  const above = builder.elementwise(
    "Add",
    builder.add("Exp", [x], {}),
    like(call, x, 1),
  );
  return builder.elementwise("Mul", builder.add("Tanh", [half], {}), above);
}

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

const elu: Lowering = (call) => {
  const { builder } = call;
  const x = call.input("x");
  const zero = like(call, x, 0);
  // The exponential sees no positive value, so that it never overflows.
  const below = expm1(call, builder.elementwise("Min", x, zero));
  const positive = builder.elementwise("GreaterOrEqual", x, zero);
  return builder.add("Where", [positive, x, below], {});
};

const eluGrad: Lowering = ({ builder, input }) => {
  const dy = input("dy");
  const y = input("y");
  const slope = builder.elementwise("Add", y, builder.fill(1, "float32"));
  const positive = builder.elementwise(
    "GreaterOrEqual",
    y,
    builder.fill(0, "float32"),
  );
  return builder.add("Where", [
    positive,
    dy,
    builder.elementwise("Mul", dy, slope),
  ], {});
};

/** NaN stays NaN, so that a gradient that passes through shows it. */
const step: Lowering = (call) => {
  const { builder, attributes } = call;
  const x = call.input("x");
  const slope = like(call, x, attributes.alpha);
  const rest = x.type.dtype === "float32"
    ? builder.add("Where", [builder.elementwise("Equal", x, x), slope, x], {})
    : slope;
  return builder.add(
    "Where",
    [isPositive(call, x), like(call, x, 1), rest],
    {},
  );
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

const leakyRelu: Lowering = (call) => {
  const { builder, attributes } = call;
  const x = builder.cast(call.input("x"), "float32");
  return builder.add("Where", [
    isNegative(call, x),
    builder.elementwise("Mul", x, like(call, x, attributes.alpha)),
    x,
  ], {});
};

const clip: Lowering = (call) => {
  const x = call.input("x");
  const { clipValueMin, clipValueMax } = call.attributes;
  const { builder } = call;
  return builder.elementwise(
    "Min",
    builder.elementwise("Max", x, like(call, x, clipValueMin)),
    like(call, x, clipValueMax),
  );
};

/** What whole numbers divided by zero give in TF.js is 0; the runtime would refuse. */
function unlessZero(
  call: KernelCall,
  b: Node,
  divide: (divisor: Node) => Node,
): Node {
  const zero = isZero(call, b);
  const divisor = call.builder.add("Where", [zero, like(call, b, 1), b], {});
  return call.builder.add(
    "Where",
    [zero, like(call, b, 0), divide(divisor)],
    {},
  );
}

/** The remainder with the sign of the divisor, as in TF.js. */
const mod: Lowering = (call) => {
  const { builder, input } = call;
  const a = input("a");
  const b = input("b");
  if (a.type.dtype === "int32") {
    return unlessZero(call, b, (b) => builder.elementwise("Mod", a, b));
  }
  const rest = builder.elementwise("Mod", a, b);
  const sameSign = builder.elementwise(
    "Equal",
    isNegative(call, a),
    isNegative(call, b),
  );
  return builder.add("Where", [
    builder.add("Or", [sameSign, isZero(call, rest)], {}),
    rest,
    builder.elementwise("Add", rest, b),
  ], {});
};

/** Rounds towards minus infinity, to whole numbers; ONNX divides those towards zero. */
const floorDiv: Lowering = (call) => {
  const { builder, input } = call;
  const a = input("a");
  const b = input("b");
  if (a.type.dtype !== "int32") {
    const quotient = builder.elementwise("Div", a, b);
    return builder.cast(builder.add("Floor", [quotient], {}), "int32");
  }
  return unlessZero(call, b, (b) => {
    const rest = builder.elementwise("Mod", a, b);
    return builder.elementwise("Div", builder.elementwise("Sub", a, rest), b);
  });
};

const select: Lowering = ({ builder, input }) => {
  const [t, e] = [input("t"), input("e")];
  const dtype = upcastType(t.type.dtype, e.type.dtype) as DType;
  // ONNX Runtime selects numbers only.
  const numbers = dtype === "bool" ? "int32" : dtype;
  const chosen = builder.add("Where", [
    input("condition"),
    builder.cast(t, numbers),
    builder.cast(e, numbers),
  ], {});
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
  Relu: unary("Relu"),
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
  RealDiv: binary("Div"),
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
  ClipByValue: clip,
  Elu: elu,
  EluGrad: eluGrad,
  Expm1: (call) => expm1(call, call.input("x")),
  FloorDiv: floorDiv,
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
  LeakyRelu: leakyRelu,
  Log1p: log1p,
  Mod: mod,
  Prelu: (call) => {
    const x = call.input("x");
    return call.builder.add("Where", [
      isNegative(call, x),
      call.builder.elementwise("Mul", x, call.input("alpha")),
      x,
    ], {});
  },
  Relu6: (call) => {
    const x = call.input("x");
    return call.builder.elementwise(
      "Min",
      call.builder.elementwise("Max", x, like(call, x, 0)),
      like(call, x, 6),
    );
  },
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
  Step: step,
};
