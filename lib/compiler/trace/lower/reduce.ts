import { util } from "@tensorflow/tfjs-core";
import type { Node } from "../../ir/graph.ts";
import type { ReduceOp } from "../../ir/op_attributes.ts";
import type { KernelCall, Lowering, Lowerings } from "../kernel_call.ts";

/** The axes of a reduction, ascending; none given means all. */
function axesOf(x: Node, axis: number | number[] | null | undefined): number[] {
  return util.parseAxisParam(axis ?? [], [...x.type.shape])
    .toSorted((a, b) => a - b);
}

function allIfNone(
  x: Node,
  axis: number | number[] | null | undefined,
): number[] {
  return axis === null || axis === undefined
    ? x.type.shape.map((_, i) => i)
    : axesOf(x, axis);
}

function reduceTo(call: KernelCall, op: ReduceOp, x: Node): Node {
  // tfjs-core names the attribute `reductionIndices` for Max, `axis` for the rest.
  const { axis, reductionIndices, keepDims } = call.attributes;
  return call.builder.add(op, [x], {
    axes: allIfNone(x, reductionIndices ?? axis),
    keepDims: keepDims ?? false,
  }) as Node;
}

const reduction = (op: ReduceOp): Lowering => (call) =>
  reduceTo(call, op, call.input("x"));

/** All and Any: bools have an order in which they are max and min. */
const quantifier = (op: "ReduceMin" | "ReduceMax"): Lowering => (call) => {
  const { builder } = call;
  const numbers = builder.cast(call.input("x"), "int32");
  return builder.cast(reduceTo(call, op, numbers), "bool");
};

const position = (op: "ArgMax" | "ArgMin"): Lowering => (call) => {
  const x = call.input("x");
  const [axis = 0] = axesOf(x, call.attributes.axis);
  return call.builder.add(op, [x], { axis }) as Node;
};

const softmax: Lowering = ({ builder, input, attributes }) => {
  const x = input("logits");
  const [axis = 0] = axesOf(x, attributes.dim);
  return builder.add("Softmax", [x], { axis });
};

/** `x - max - log(sum(exp(x - max)))`: ONNX LogSoftmax has no WebGPU form. */
const logSoftmax: Lowering = ({ builder, input, attributes }) => {
  const x = input("logits");
  const reduce = {
    axes: axesOf(x, attributes.axis),
    keepDims: true,
  };
  const shifted = builder.elementwise(
    "Sub",
    x,
    builder.add("ReduceMax", [x], reduce),
  );
  const sum = builder.add("ReduceSum", [
    builder.add("Exp", [shifted], {}),
  ], reduce);
  return builder.elementwise("Sub", shifted, builder.add("Log", [sum], {}));
};

const cumSum: Lowering = ({ builder, input, attributes }) => {
  const x = input("x");
  const [axis = 0] = axesOf(x, attributes.axis);
  const { exclusive, reverse } = attributes;
  return builder.add("CumSum", [x], { axis, exclusive, reverse });
};

const topK: Lowering = ({ builder, input, attributes }) => {
  const { k } = attributes;
  const x = input("x");
  return [
    builder.add("TopKValues", [x], { k }),
    builder.add("TopKIndices", [x], { k }),
  ];
};

/** Lowerings of the kernels that combine values along axes. */
export const REDUCE: Lowerings = {
  All: quantifier("ReduceMin"),
  Any: quantifier("ReduceMax"),
  ArgMax: position("ArgMax"),
  ArgMin: position("ArgMin"),
  Cumsum: cumSum,
  LogSoftmax: logSoftmax,
  Max: reduction("ReduceMax"),
  Mean: reduction("ReduceMean"),
  Min: reduction("ReduceMin"),
  Prod: reduction("ReduceProd"),
  Softmax: softmax,
  Sum: reduction("ReduceSum"),
  TopK: topK,
};
