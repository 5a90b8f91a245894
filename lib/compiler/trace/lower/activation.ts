import { backend_util } from "@tensorflow/tfjs-core";
import type { Node } from "../../ir/graph.ts";
import type { KernelCall, Lowering, Lowerings } from "../kernel_call.ts";
import { expm1, isNegative, isPositive } from "./scalar.ts";

const elu: Lowering = ({ builder, input }) => {
  const { greaterOrEqual, like, min, where } = builder;
  const x = input("x");
  const zero = like(x, 0);
  // The exponential gets no positive value, so that it never overflows.
  const below = expm1(builder, min(x, zero));
  return where(greaterOrEqual(x, zero), x, below);
};

/** A scaled exponential linear unit (Klambauer et al. 2017, arXiv 1706.02515). */
const selu: Lowering = ({ builder, input }) => {
  const { greaterOrEqual, like, min, mul, where } = builder;
  const x = input("x");
  const below = expm1(builder, min(x, like(x, 0)));
  return where(
    greaterOrEqual(x, like(x, 0)),
    mul(x, like(x, backend_util.SELU_SCALE)),
    mul(below, like(x, backend_util.SELU_SCALEALPHA)),
  );
};

const eluGrad: Lowering = ({ builder, input }) => {
  const { add, greaterOrEqual, like, mul, where } = builder;
  const [dy, y] = [input("dy"), input("y")];
  const slope = add(y, like(y, 1));
  const positive = greaterOrEqual(y, like(y, 0));
  return where(positive, dy, mul(dy, slope));
};

/** NaN stays NaN, so that a gradient that passes through shows it. */
const step: Lowering = ({ builder, input, attributes }) => {
  const { equal, like, where } = builder;
  const x = input("x");
  const slope = like(x, attributes.alpha);
  const rest = x.type.dtype === "float32"
    ? where(equal(x, x), slope, x)
    : slope;
  return where(isPositive(builder, x), like(x, 1), rest);
};

const leakyRelu: Lowering = ({ builder, input, attributes }) => {
  const { like, mul, where } = builder;
  const x = builder.cast(input("x"), "float32");
  return where(isNegative(builder, x), mul(x, like(x, attributes.alpha)), x);
};

/** Clips to an interval. */
const clip = (
  { builder: { like, max, min }, input }: KernelCall,
  least: number,
  most: number,
): Node => {
  const x = input("x");
  return min(max(x, like(x, least)), like(x, most));
};

/** Lowerings of the piecewise linear and exponential activations. */
export const ACTIVATION: Lowerings = {
  ClipByValue: (call) =>
    clip(call, call.attributes.clipValueMin, call.attributes.clipValueMax),
  Elu: elu,
  EluGrad: eluGrad,
  LeakyRelu: leakyRelu,
  Prelu: ({ builder, input }) => {
    const x = input("x");
    const negative = isNegative(builder, x);
    return builder.where(negative, builder.mul(x, input("alpha")), x);
  },
  Relu6: (call) => clip(call, 0, 6),
  Selu: selu,
  Step: step,
};
