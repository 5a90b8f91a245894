import type { DType } from "../../core/mod.ts";
import type { OnnxAttribute } from "../../formats/onnx/mod.ts";
import type { Node, NodeOf, TensorType } from "../ir/graph.ts";
import type { OpAttributes, OpName } from "../ir/op_attributes.ts";

/** The type inference and the ONNX form of an operation. */
export interface OpRule<O extends OpName> {
  /**
   * The type of the result.
   *
   * @throws {OpTypeError} if the inputs or attributes are not legal
   */
  infer(
    inputs: readonly TensorType[],
    attributes: OpAttributes[O],
  ): TensorType;
  /** Writes the ONNX nodes that compute the result. */
  emit(node: NodeOf<O>, onnx: OnnxEmitter): void;
}

/** An input of an ONNX node: a value of the graph, or a name; "" where it is left out. */
export type OnnxInput = Node | string;

/** Attributes of an ONNX node by name. */
export type OnnxAttributes = Readonly<Record<string, OnnxAttribute>>;

/** Writes the ONNX nodes of a graph. */
export interface OnnxEmitter {
  /** Writes the ONNX node whose output is the result of a node. */
  result(
    node: NodeOf<OpName>,
    operator: string,
    inputs: readonly OnnxInput[],
    attributes?: OnnxAttributes,
  ): void;
  /**
   * Writes an ONNX node of a value in between; returns its name.
   *
   * @param domain Of an operator that is not of the standard.
   */
  write(
    operator: string,
    inputs: readonly OnnxInput[],
    attributes?: OnnxAttributes,
    domain?: string,
  ): string;
  /** Writes `TopK` over the last axis; `values` is the node whose result they are, if any. */
  topK(
    x: OnnxInput,
    k: number,
    values?: NodeOf<OpName>,
  ): { readonly indices: string };
  /** A constant of sizes, axes or positions. */
  int64(values: readonly number[], shape?: readonly number[]): string;
  /** A scalar constant. */
  scalar(value: number, dtype: DType): string;
  /** The values of a constant node, under its name. */
  constant(node: NodeOf<"Constant">): void;
}

/** A rule whose ONNX form is one node of the same name and inputs. */
export function sameInOnnx<O extends OpName>(
  infer: OpRule<O>["infer"],
  attributesOf: (node: NodeOf<O>) => OnnxAttributes = () => ({}),
): OpRule<O> {
  return {
    infer,
    emit: (node, onnx) =>
      onnx.result(node, node.op, node.inputs, attributesOf(node)),
  };
}

/** Pads in the order of ONNX: all before, then all after. */
export function padsOf(
  pads: readonly (readonly [before: number, after: number])[],
): number[] {
  return [
    ...pads.map(([before]) => before),
    ...pads.map(([, after]) => after),
  ];
}
