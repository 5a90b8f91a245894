import type { Node, NodeOf, TensorType } from "../ir/graph.ts";
import {
  BINARY_OPS,
  type BinaryOp,
  COMPARISON_OPS,
  type ComparisonOp,
  LOGICAL_OPS,
  type LogicalOp,
  UNARY_OPS,
  type UnaryOp,
} from "../ir/op_attributes.ts";
import { broadcast, expect, expectInputs } from "./expect.ts";
import { type OnnxAttributes, type OpRule, sameInOnnx } from "./rule.ts";

/** A rule for each operation of a list. */
function rulesFor<O extends string, R>(
  ops: readonly O[],
  ruleOf: (op: O) => R,
): { readonly [K in O]: R } {
  return Object.fromEntries(ops.map((op) => [op, ruleOf(op)])) as {
    readonly [K in O]: R;
  };
}

/** ONNX has one remainder for whole numbers and another for floats. */
function remainderKind({ op, type }: NodeOf<BinaryOp>): OnnxAttributes {
  return op === "Mod" && type.dtype === "float32" ? { fmod: { int: 1 } } : {};
}

function expectOneType(inputs: readonly TensorType[]): void {
  expect(
    inputs[0]!.dtype === inputs[1]!.dtype,
    "inputs must have one element type",
    inputs,
  );
}

/** The unary functions that the runtime also has for whole numbers. */
const OF_WHOLE_NUMBERS: ReadonlySet<UnaryOp> = new Set<UnaryOp>([
  "Abs",
  "Neg",
  "Relu",
  "Sign",
]);

function unaryRule(op: UnaryOp): OpRule<UnaryOp> {
  return sameInOnnx((inputs) => {
    expectInputs(inputs, [OF_WHOLE_NUMBERS.has(op) ? "number" : "float32"]);
    return inputs[0]!;
  });
}

/** Rules of the operations that work element by element. */
export const ELEMENTWISE_RULES = {
  ...rulesFor<UnaryOp, OpRule<UnaryOp>>(UNARY_OPS, unaryRule),
  ...rulesFor<BinaryOp, OpRule<BinaryOp>>(
    BINARY_OPS,
    () =>
      sameInOnnx((inputs) => {
        expectInputs(inputs, ["number", "number"]);
        expectOneType(inputs);
        return { dtype: inputs[0]!.dtype, shape: broadcast(inputs) };
      }, remainderKind),
  ),
  ...rulesFor<ComparisonOp, OpRule<ComparisonOp>>(
    COMPARISON_OPS,
    (op) =>
      sameInOnnx((inputs) => {
        const kind = op === "Equal" ? "any" : "number";
        expectInputs(inputs, [kind, kind]);
        expectOneType(inputs);
        return { dtype: "bool", shape: broadcast(inputs) };
      }),
  ),
  ...rulesFor<LogicalOp, OpRule<LogicalOp>>(
    LOGICAL_OPS,
    () =>
      sameInOnnx((inputs) => {
        expectInputs(inputs, ["bool", "bool"]);
        return { dtype: "bool", shape: broadcast(inputs) };
      }),
  ),
  Barrier: {
    infer(inputs) {
      expectInputs(inputs, ["float32", "float32"]);
      return inputs[0]!;
    },
    emit(node, onnx) {
      // The runtime has no barrier, and cannot prove that this sum is x.
      const [x, after] = node.inputs as [Node, Node];
      const largest = onnx.write("ReduceMax", [after], {
        keepdims: { int: 0 },
      });
      const zero = onnx.write("Mul", [largest, onnx.scalar(0, "float32")]);
      onnx.result(node, "Add", [x, zero]);
    },
  } satisfies OpRule<"Barrier">,
  Not: sameInOnnx<"Not">((inputs) => {
    expectInputs(inputs, ["bool"]);
    return inputs[0]!;
  }),
  ...rulesFor<"IsNaN" | "IsInf", OpRule<"IsNaN" | "IsInf">>(
    ["IsNaN", "IsInf"],
    () =>
      sameInOnnx((inputs) => {
        expectInputs(inputs, ["float32"]);
        return { dtype: "bool", shape: inputs[0]!.shape };
      }),
  ),
  Where: sameInOnnx<"Where">((inputs) => {
    expectInputs(inputs, ["bool", "number", "number"]);
    expect(
      inputs[1]!.dtype === inputs[2]!.dtype,
      "both branches must have one element type",
      inputs,
    );
    return { dtype: inputs[1]!.dtype, shape: broadcast(inputs) };
  }),
};
