import type { DType } from "../../core/mod.ts";
import type { Values } from "./graph.ts";

/** An operation without attributes. */
export type NoAttributes = Readonly<Record<never, never>>;

/** Axes to reduce, each in `[0, rank)`, ascending; the rank may shrink. */
export interface ReduceAttributes {
  readonly axes: readonly number[];
  readonly keepDims: boolean;
}

/** A window that slides over the last axes of `[N,C,...spatial]`. */
export interface WindowAttributes {
  readonly strides: readonly number[];
  readonly dilations: readonly number[];
  /** Elements before and after each spatial axis. */
  readonly pads: readonly (readonly [before: number, after: number])[];
}

/** Element-wise functions of one float, or number where the runtime has them, keeping the type. */
export const UNARY_OPS = [
  "Abs",
  "Acos",
  "Acosh",
  "Asin",
  "Asinh",
  "Atan",
  "Atanh",
  "Ceil",
  "Cos",
  "Cosh",
  "Erf",
  "Exp",
  "Floor",
  "Log",
  "Neg",
  "Reciprocal",
  "Relu",
  "Round",
  "Sigmoid",
  "Sign",
  "Sin",
  "Sinh",
  "Softplus",
  "Sqrt",
  "Tan",
  "Tanh",
] as const;

/**
 * Element-wise functions of two values of one type, broadcast, keeping the type.
 * `Mod` has the sign of the divisor for int32, of the dividend for float32.
 */
export const BINARY_OPS = [
  "Add",
  "Div",
  "Max",
  "Min",
  "Mod",
  "Mul",
  "Pow",
  "Sub",
] as const;

/** Comparisons of two values of one type, broadcast; the result is `bool`. */
export const COMPARISON_OPS = [
  "Equal",
  "Greater",
  "GreaterOrEqual",
  "Less",
  "LessOrEqual",
] as const;

/** Functions of two `bool` values, broadcast. */
export const LOGICAL_OPS = ["And", "Or", "Xor"] as const;

/** Reductions over axes. */
export const REDUCE_OPS = [
  "ReduceMax",
  "ReduceMean",
  "ReduceMin",
  "ReduceProd",
  "ReduceSum",
] as const;

export type UnaryOp = typeof UNARY_OPS[number];
export type BinaryOp = typeof BINARY_OPS[number];
export type ComparisonOp = typeof COMPARISON_OPS[number];
export type LogicalOp = typeof LOGICAL_OPS[number];
export type ReduceOp = typeof REDUCE_OPS[number];

/**
 * The closed list of operations and what each needs beside its inputs.
 *
 * Names and meanings are those of ONNX, opset 18, where it has the operation;
 * tables indexed by this type are total, so that an operation without a rule
 * does not compile.
 */
export type OpAttributes =
  & { readonly [O in UnaryOp | BinaryOp]: NoAttributes }
  & { readonly [O in ComparisonOp | LogicalOp]: NoAttributes }
  & { readonly [O in ReduceOp]: ReduceAttributes }
  & {
    /** An argument of the traced function. */
    Input: { readonly name: string };
    /** `(x, after)`: x, but not before `after` is there; never merged with x. */
    Barrier: NoAttributes;
    /** Constant values. */
    Constant: { readonly values: Values };
    IsInf: NoAttributes;
    IsNaN: NoAttributes;
    Not: NoAttributes;
    Cast: { readonly to: DType };
    /** `(condition: bool, then, otherwise)`, broadcast. */
    Where: NoAttributes;
    ArgMax: { readonly axis: number };
    ArgMin: { readonly axis: number };
    /** `[...,M,K] x [...,K,N]`, either side transposed in its last two axes first. */
    MatMul: { readonly transposeA: boolean; readonly transposeB: boolean };
    /** `x [N,C,...]`, `filter [K,C/groups,...]` -> `[N,K,...]`. */
    Conv: WindowAttributes & { readonly groups: number };
    /**
     * Channels in blocks that fill a vector register: `x [N,C,M]`, or `[N,M,C]`
     * with the channels last, to `[N,C/block,M,block]`.
     */
    BlockChannels: { readonly block: number; readonly channelsLast: boolean };
    /** `[N,C/block,M,block]` back to `[N,M,C]`. */
    UnblockChannels: NoAttributes;
    /**
     * `x [N,C/b,H,W,b]`, `filter [K/b,C/b,kh,kw,b of C,b of K]` and, where there
     * is a third input, what is added to the result: `[N,K/b,H',W',b]`.
     */
    BlockedConv: Pick<WindowAttributes, "pads">;
    /** `x [N,C,...]`; padding does not count in the mean. */
    AveragePool: WindowAttributes & { readonly window: readonly number[] };
    MaxPool: WindowAttributes & { readonly window: readonly number[] };
    Softmax: { readonly axis: number };
    /** `(x, scale, shift)`: over the last axis, with mean and variance. */
    LayerNormalization: { readonly epsilon: number };
    Reshape: { readonly shape: readonly number[] };
    Transpose: { readonly permutation: readonly number[] };
    Expand: { readonly shape: readonly number[] };
    Slice: {
      readonly begin: readonly number[];
      readonly size: readonly number[];
      /** Distance between taken elements; negative goes backwards from `begin`. */
      readonly steps: readonly number[];
    };
    Pad: {
      readonly pads: readonly (readonly [before: number, after: number])[];
      readonly mode: "constant" | "reflect";
      readonly value: number;
    };
    Concat: { readonly axis: number };
    Tile: { readonly repeats: readonly number[] };
    /** `(x, indices: int32)`: rows of `x` along an axis. */
    Gather: { readonly axis: number };
    /** `(updates [I,...], indices: int32 [I])` summed into `[rows,...]` of zeros. */
    ScatterAdd: { readonly rows: number };
    CumSum: {
      readonly axis: number;
      readonly exclusive: boolean;
      readonly reverse: boolean;
    };
    /** The k largest along the last axis, largest first. */
    TopKValues: { readonly k: number };
    /** Their positions, int32. */
    TopKIndices: { readonly k: number };
    /** `x [N,C,...]` to a spatial size, linearly between the nearest. */
    Resize: {
      readonly size: readonly number[];
      readonly coordinates: "asymmetric" | "half_pixel" | "align_corners";
    };
  };

/** The name of an operation. */
export type OpName = keyof OpAttributes;
