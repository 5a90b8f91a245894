import type { DType } from "../../core/mod.ts";

/** Element types in ONNX files; int64 appears only in sizes, axes and positions. */
export type OnnxDType = DType | "int64";

/** An attribute of an ONNX node with its kind: ONNX distinguishes 1 and 1.0. */
export type OnnxAttribute =
  | { readonly int: number }
  | { readonly ints: readonly number[] }
  | { readonly float: number }
  | { readonly text: string }
  | { readonly dtype: OnnxDType };

/** One operation; an empty input name is an input left out. */
export interface OnnxNode {
  readonly operator: string;
  /** The domain of the operator; that of the standard where left out. */
  readonly domain?: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes: Readonly<Record<string, OnnxAttribute>>;
}

/** The type of an input or output; any shape where that is left out. */
export interface OnnxValue {
  readonly name: string;
  readonly dtype: OnnxDType;
  readonly shape?: readonly number[];
}

/** Values stored in the file, little-endian, row-major. */
export interface OnnxTensor extends OnnxValue {
  readonly shape: readonly number[];
  readonly bytes: Uint8Array;
}

/** A graph as an ONNX file holds it. */
export interface OnnxGraph {
  readonly name: string;
  readonly nodes: readonly OnnxNode[];
  readonly initializers: readonly OnnxTensor[];
  readonly inputs: readonly OnnxValue[];
  readonly outputs: readonly OnnxValue[];
  /** Texts about the model, by name. */
  readonly metadata?: Readonly<Record<string, string>>;
}
