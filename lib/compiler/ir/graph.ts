import type { DType, DTypeArrays } from "../../core/mod.ts";
import type { OpAttributes, OpName } from "./op_attributes.ts";

/** The static type of a value; shapes never depend on values. */
export interface TensorType {
  readonly dtype: DType;
  readonly shape: readonly number[];
}

/** Values of any element type. */
export type Values = DTypeArrays[DType];

/**
 * One operation and, since every operation has one result, also its value.
 *
 * A graph is immutable nodes that point at their inputs; passes build new graphs.
 */
export interface NodeOf<O extends OpName> {
  /** Position in the order of creation: inputs have smaller numbers. */
  readonly id: number;
  readonly op: O;
  readonly inputs: readonly Node[];
  readonly attributes: OpAttributes[O];
  readonly type: TensorType;
}

/** A node of any operation, discriminated by `op`. */
export type Node = { [O in OpName]: NodeOf<O> }[OpName];

/** A named input or output. */
export interface Named<N extends Node = Node> {
  readonly name: string;
  readonly node: N;
}

/** A pure function over tensors, ready to verify, print, transform and emit. */
export interface Graph {
  readonly inputs: readonly Named<NodeOf<"Input">>[];
  /** Every node, inputs of a node before the node. */
  readonly nodes: readonly Node[];
  readonly outputs: readonly Named[];
}
