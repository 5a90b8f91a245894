import type { Node, TensorType } from "../ir/graph.ts";
import type { OpAttributes, OpName } from "../ir/op_attributes.ts";
import { BLOCKED_RULES } from "./blocked.ts";
import { ELEMENTWISE_RULES } from "./elementwise.ts";
import { OpTypeError } from "./expect.ts";
import { LINEAR_RULES } from "./linear.ts";
import { MOVEMENT_RULES } from "./movement.ts";
import { REDUCE_RULES } from "./reduce.ts";
import type { OnnxEmitter, OpRule } from "./rule.ts";

/** The rule of every operation: a missing one does not compile. */
const OP_RULES: { readonly [O in OpName]: OpRule<O> } = {
  ...BLOCKED_RULES,
  ...ELEMENTWISE_RULES,
  ...LINEAR_RULES,
  ...MOVEMENT_RULES,
  ...REDUCE_RULES,
};

/**
 * The type of an operation's result.
 *
 * @throws {OpTypeError} naming the operation, the rule and the inputs' types
 */
export function inferType<O extends OpName>(
  op: O,
  inputs: readonly TensorType[],
  attributes: OpAttributes[O],
): TensorType {
  try {
    return OP_RULES[op].infer(inputs, attributes);
  } catch (error) {
    if (error instanceof OpTypeError) error.message = `${op}: ${error.message}`;
    throw error;
  }
}

/** Writes a node as ONNX. */
export function emitNode(node: Node, onnx: OnnxEmitter): void {
  (OP_RULES[node.op] as OpRule<OpName>).emit(node, onnx);
}
