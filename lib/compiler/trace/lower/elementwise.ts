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

const logical = (op: "And" | "Or" | "Xor"): Lowering => ({ builder, input }) =>
  builder.add(op, [input("a"), input("b")], {}) as Node;

/** A constant in the element type of another value. */
function like(call: KernelCall, x: Node, value: number): Node {
  return call.builder.fill(value, x.type.dtype);
}

/** `1` where the condition holds, `0` elsewhere, in the element type asked for. */
function indicator(
  call: KernelCall,
  op: ComparisonOp,
  a: Node,
  b: Node,
  to: DType,
): Node {
  return call.builder.cast(call.builder.elementwise(op, a, b), to);
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

const elu: Lowering = ({ builder, input }) => {
  const x = input("x");
  const zero = builder.fill(0, "float32");
  const one = builder.fill(1, "float32");
  // The exponential sees no positive value, so that it never overflows.
  const below = builder.elementwise(
    "Sub",
    builder.add("Exp", [builder.elementwise("Min", x, zero)], {}),
    one,
  );
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

const step: Lowering = (call) => {
  const x = call.input("x");
  const alpha = call.attributes.alpha as number;
  const one = indicator(call, "Greater", x, like(call, x, 0), x.type.dtype);
  if (alpha === 0) return one;
  return call.builder.add("Where", [
    call.builder.elementwise("Greater", x, like(call, x, 0)),
    one,
    like(call, x, alpha),
  ], {});
};

const leakyRelu: Lowering = (call) => {
  const x = call.input("x");
  const { builder, attributes } = call;
  return builder.add("Where", [
    builder.elementwise("Less", x, like(call, x, 0)),
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

/** The remainder with the sign of the divisor, as in TF.js. */
const mod: Lowering = ({ builder, input }) => {
  const a = input("a");
  const b = input("b");
  if (a.type.dtype === "int32") return builder.elementwise("Mod", a, b);
  const times = builder.add("Floor", [builder.elementwise("Div", a, b)], {});
  return builder.elementwise("Sub", a, builder.elementwise("Mul", times, b));
};

/** Rounds towards minus infinity; ONNX divides integers towards zero. */
const floorDiv: Lowering = ({ builder, input }) => {
  const a = input("a");
  const b = input("b");
  if (a.type.dtype !== "int32") {
    return builder.add("Floor", [builder.elementwise("Div", a, b)], {});
  }
  const rest = builder.elementwise("Mod", a, b);
  return builder.elementwise("Div", builder.elementwise("Sub", a, rest), b);
};

const divNoNan: Lowering = (call) => {
  const { builder, input } = call;
  const b = input("b");
  const isZero = builder.elementwise("Equal", b, like(call, b, 0));
  const quotient = builder.elementwise(
    "Div",
    input("a"),
    builder.add("Where", [isZero, like(call, b, 1), b], {}),
  );
  return builder.add("Where", [isZero, like(call, b, 0), quotient], {});
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
  Round: unary("Round"),
  Sigmoid: unary("Sigmoid"),
  Sin: unary("Sin"),
  Sinh: unary("Sinh"),
  Softplus: unary("Softplus"),
  Sqrt: unary("Sqrt"),
  Tan: unary("Tan"),
  Tanh: unary("Tanh"),
  Sign: unary("Sign"),
  Add: binary("Add"),
  Maximum: binary("Max"),
  Minimum: binary("Min"),
  Multiply: binary("Mul"),
  Pow: binary("Pow"),
  RealDiv: binary("Div"),
  Sub: binary("Sub"),
  Equal: binary("Equal"),
  Greater: binary("Greater"),
  GreaterEqual: binary("GreaterOrEqual"),
  Less: binary("Less"),
  LessEqual: binary("LessOrEqual"),
  NotEqual: ({ builder, input }) =>
    builder.add("Not", [
      builder.elementwise("Equal", input("a"), input("b")),
    ], {}),
  LogicalAnd: logical("And"),
  LogicalOr: logical("Or"),
  LogicalXor: logical("Xor"),
  LogicalNot: ({ builder, input }) => builder.add("Not", [input("x")], {}),
  AddN: ({ builder, inputs }) =>
    inputs.reduce((sum, x) => builder.elementwise("Add", sum, x)),
  Cast: cast,
  ClipByValue: clip,
  DivNoNan: divNoNan,
  Elu: elu,
  EluGrad: eluGrad,
  Expm1: (call) =>
    call.builder.elementwise(
      "Sub",
      call.builder.add("Exp", [call.input("x")], {}),
      call.builder.fill(1, "float32"),
    ),
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
  Log1p: (call) =>
    call.builder.add("Log", [
      call.builder.elementwise(
        "Add",
        call.input("x"),
        call.builder.fill(1, "float32"),
      ),
    ], {}),
  Mod: mod,
  Prelu: ({ builder, input }) =>
    builder.add("Where", [
      builder.elementwise("Less", input("x"), builder.fill(0, "float32")),
      builder.elementwise("Mul", input("x"), input("alpha")),
      input("x"),
    ], {}),
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
  Select: ({ builder, input }) =>
    builder.add("Where", [input("condition"), input("t"), input("e")], {}),
  Square: ({ builder, input }) =>
    builder.elementwise("Mul", input("x"), input("x")),
  SquaredDifference: ({ builder, input }) => {
    const difference = builder.elementwise("Sub", input("a"), input("b"));
    return builder.elementwise("Mul", difference, difference);
  },
  Step: step,
};
