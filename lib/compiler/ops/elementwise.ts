import type {
  BinaryOp,
  ComparisonOp,
  LogicalOp,
  UnaryOp,
} from "../ir/op_attributes.ts";
import {
  BINARY_OPS,
  COMPARISON_OPS,
  LOGICAL_OPS,
  UNARY_OPS,
} from "../ir/op_attributes.ts";
import { broadcast, expect, expectInputs } from "./expect.ts";
import { type OpRule, sameInOnnx } from "./rule.ts";

/** The same kind of rule for each operation of a list. */
function rulesFor<O extends string, R>(
  ops: readonly O[],
  rule: R,
): { readonly [K in O]: R } {
  return Object.fromEntries(ops.map((op) => [op, rule])) as {
    readonly [K in O]: R;
  };
}

/** Rules of the operations that work element by element. */
export const ELEMENTWISE_RULES = {
  ...rulesFor<UnaryOp, OpRule<UnaryOp>>(
    UNARY_OPS,
    sameInOnnx((inputs) => {
      expectInputs(inputs, ["number"]);
      return inputs[0]!;
    }),
  ),
  ...rulesFor<BinaryOp, OpRule<BinaryOp>>(
    BINARY_OPS,
    sameInOnnx((inputs) => {
      expectInputs(inputs, ["number", "number"]);
      expect(
        inputs[0]!.dtype === inputs[1]!.dtype,
        "inputs must have one element type",
        inputs,
      );
      return { dtype: inputs[0]!.dtype, shape: broadcast(inputs) };
    }),
  ),
  ...rulesFor<ComparisonOp, OpRule<ComparisonOp>>(
    COMPARISON_OPS,
    sameInOnnx((inputs) => {
      expectInputs(inputs, ["any", "any"]);
      expect(
        inputs[0]!.dtype === inputs[1]!.dtype,
        "inputs must have one element type",
        inputs,
      );
      return { dtype: "bool", shape: broadcast(inputs) };
    }),
  ),
  ...rulesFor<LogicalOp, OpRule<LogicalOp>>(
    LOGICAL_OPS,
    sameInOnnx((inputs) => {
      expectInputs(inputs, ["bool", "bool"]);
      return { dtype: "bool", shape: broadcast(inputs) };
    }),
  ),
  Not: sameInOnnx<"Not">((inputs) => {
    expectInputs(inputs, ["bool"]);
    return inputs[0]!;
  }),
  IsNaN: sameInOnnx<"IsNaN">((inputs) => {
    expectInputs(inputs, ["float32"]);
    return { dtype: "bool", shape: inputs[0]!.shape };
  }),
  IsInf: sameInOnnx<"IsInf">((inputs) => {
    expectInputs(inputs, ["float32"]);
    return { dtype: "bool", shape: inputs[0]!.shape };
  }),
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
