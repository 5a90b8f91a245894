import type { DType } from "../../core/mod.ts";
import type { OnnxAttribute } from "../../formats/onnx/mod.ts";
import type { Node, NodeOf, TensorType } from "../ir/graph.ts";
import type { OpAttributes, OpName } from "../ir/op_attributes.ts";

/** Everything the compiler knows of an operation, in one place. */
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

/** What an operation needs in order to write itself as ONNX. */
export interface OnnxEmitter {
  /** The name under which a node's result is known. */
  nameOf(node: Node): string;
  /**
   * Writes one ONNX node; returns the name of its (first) output.
   *
   * @param domain Who defines the operator, where it is not the standard.
   */
  write(
    operator: string,
    inputs: readonly string[],
    attributes: Readonly<Record<string, OnnxAttribute>>,
    output?: string,
    domain?: string,
  ): string;
  /** Writes one ONNX node with several outputs; returns their names, new ones where none is given. */
  writeMany(
    operator: string,
    inputs: readonly string[],
    attributes: Readonly<Record<string, OnnxAttribute>>,
    outputs: readonly (string | undefined)[],
  ): string[];
  /** A constant of sizes, axes or positions, as ONNX wants them. */
  int64(values: readonly number[], shape?: readonly number[]): string;
  /** A scalar constant. */
  scalar(value: number, dtype: DType): string;
  /** The values of a constant node, under its name. */
  constant(node: NodeOf<"Constant">): void;
}

/** A rule whose ONNX form is one node of the same name and inputs. */
export function sameInOnnx<O extends OpName>(
  infer: OpRule<O>["infer"],
  attributesOf: (
    node: NodeOf<O>,
  ) => Readonly<Record<string, OnnxAttribute>> = () => ({}),
): OpRule<O> {
  return {
    infer,
    emit(node, onnx) {
      onnx.write(
        node.op,
        node.inputs.map((input) => onnx.nameOf(input)),
        attributesOf(node),
        onnx.nameOf(node as Node),
      );
    },
  };
}
