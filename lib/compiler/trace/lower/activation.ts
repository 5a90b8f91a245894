import { backend_util } from "@tensorflow/tfjs-core";
import type { Lowering, Lowerings } from "../kernel_call.ts";
import { expm1, isNegative, isPositive, like } from "./scalar.ts";

const elu: Lowering = (call) => {
  const { builder } = call;
  const x = call.input("x");
  const zero = like(call, x, 0);
  // The exponential sees no positive value, so that it never overflows.
  const below = expm1(call, builder.elementwise("Min", x, zero));
  const positive = builder.elementwise("GreaterOrEqual", x, zero);
  return builder.add("Where", [positive, x, below], {});
};

/** A scaled exponential linear unit (Klambauer et al. 2017, arXiv 1706.02515). */
const selu: Lowering = (call) => {
  const { builder } = call;
  const x = call.input("x");
  const below = expm1(call, builder.elementwise("Min", x, like(call, x, 0)));
  return builder.add("Where", [
    builder.elementwise("GreaterOrEqual", x, like(call, x, 0)),
    builder.elementwise("Mul", x, like(call, x, backend_util.SELU_SCALE)),
    builder.elementwise(
      "Mul",
      below,
      like(call, x, backend_util.SELU_SCALEALPHA),
    ),
  ], {});
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

/** Lowerings of what bends a line at a point or two. */
export const ACTIVATION: Lowerings = {
  ClipByValue: clip,
  Elu: elu,
  EluGrad: eluGrad,
  LeakyRelu: leakyRelu,
  Prelu: (call) => {
    const x = call.input("x");
    return call.builder.add("Where", [
      isNegative(call, x),
      call.builder.elementwise("Mul", x, call.input("alpha")),
      x,
    ], {});
  },
  Relu: ({ builder, input }) => builder.add("Relu", [input("x")], {}),
  Relu6: (call) => {
    const x = call.input("x");
    return call.builder.elementwise(
      "Min",
      call.builder.elementwise("Max", x, like(call, x, 0)),
      like(call, x, 6),
    );
  },
  Selu: selu,
  Step: step,
};
