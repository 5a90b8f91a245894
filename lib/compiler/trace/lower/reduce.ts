import { util } from "@tensorflow/tfjs-core";
import type { Node } from "../../ir/graph.ts";
import type { ReduceOp } from "../../ir/op_attributes.ts";
import { typeText } from "../../ops/expect.ts";
import {
  type KernelCall,
  type Lowering,
  type Lowerings,
  require,
} from "../kernel_call.ts";
import { numbersOf } from "./scalar.ts";

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
  const axes = allIfNone(x, reductionIndices ?? axis);
  if (op === "ReduceMin" || op === "ReduceMax") requireValues(call, x, axes);
  return call.builder.op(op, [x], { axes, keepDims: keepDims ?? false });
}

/** Nothing has no extreme: TF.js gives NaN, 0 or false, the runtime infinities. */
function requireValues(
  call: KernelCall,
  x: Node,
  axes: readonly number[],
): void {
  require(
    call,
    axes.every((axis) => x.type.shape[axis] !== 0),
    `reduced axes must have values: current type is ${typeText(x.type)}`,
  );
}

const total = (op: "ReduceSum" | "ReduceProd"): Lowering => (call) =>
  reduceTo(call, op, numbersOf(call));

const mean: Lowering = (call) =>
  reduceTo(call, "ReduceMean", call.builder.cast(call.input("x"), "float32"));

/** Bools have an order in which they are max and min. */
function quantify(
  call: KernelCall,
  op: "ReduceMin" | "ReduceMax",
  x: Node,
): Node {
  const { builder } = call;
  return builder.cast(reduceTo(call, op, builder.cast(x, "int32")), "bool");
}

const quantifier = (op: "ReduceMin" | "ReduceMax"): Lowering => (call) =>
  quantify(call, op, call.input("x"));

/** The extreme, and NaN if there is any NaN, which the runtime would ignore. */
const extreme = (op: "ReduceMin" | "ReduceMax"): Lowering => (call) => {
  const { builder } = call;
  const x = call.input("x");
  const found = reduceTo(call, op, x);
  if (x.type.dtype !== "float32") return found;
  const known = quantify(call, "ReduceMin", builder.equal(x, x));
  return builder.where(known, found, builder.fill(NaN, "float32"));
};

const position = (op: "ArgMax" | "ArgMin"): Lowering => (call) => {
  const x = call.input("x");
  const [axis = 0] = axesOf(x, call.attributes.axis);
  requireValues(call, x, [axis]);
  return call.builder.op(op, [x], { axis });
};

const softmax: Lowering = ({ builder, input, attributes }) => {
  const x = input("logits");
  const [axis = 0] = axesOf(x, attributes.dim);
  return builder.op("Softmax", [x], { axis });
};

const topK: Lowering = ({ builder, input, attributes }) => {
  const { k } = attributes;
  const x = input("x");
  return [
    builder.op("TopKValues", [x], { k }),
    builder.op("TopKIndices", [x], { k }),
  ];
};

/** Lowerings of the kernels that combine values along axes. */
export const REDUCE: Lowerings = {
  All: quantifier("ReduceMin"),
  Any: quantifier("ReduceMax"),
  ArgMax: position("ArgMax"),
  ArgMin: position("ArgMin"),
  Max: extreme("ReduceMax"),
  Mean: mean,
  Min: extreme("ReduceMin"),
  Prod: total("ReduceProd"),
  Softmax: softmax,
  Sum: total("ReduceSum"),
  TopK: topK,
};
