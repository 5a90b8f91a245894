import type * as tf from "@tensorflow/tfjs-core";
import {
  float32,
  int32,
  type NdArray,
  Rng,
  sizeOf,
  zeros,
} from "lib/core/mod.ts";

/** How far a value may be from the eager one: `absolute + relative * |eager|`. */
export interface Tolerance {
  readonly absolute: number;
  readonly relative: number;
}

/**
 * What the compiled gradient is held against: TF.js's own gradient, or, where
 * that is wrong, differences of the eager values (exact for linear functions).
 * `"none"` where TF.js has no gradient or no float goes in and out.
 */
export type GradientOracle = "eager" | "differences" | "none";

/** One function to compile, and how to judge the result. */
export interface Case {
  readonly name: string;
  readonly inputs: Readonly<Record<string, NdArray>>;
  readonly fn: (inputs: Record<string, tf.Tensor>) => tf.Tensor[];
  readonly tolerance: Tolerance;
  readonly gradient: GradientOracle;
  readonly gradientTolerance: Tolerance;
}

/** What a case may say beside its inputs and its function. */
export interface CaseOptions {
  /** 1e-6 unless told. */
  readonly tolerance?: number | Tolerance;
  readonly gradient?: GradientOracle;
  /** 1e-5 unless told. */
  readonly gradientTolerance?: number | Tolerance;
}

/** Makes a case; the function may return one tensor or several. */
export function conform<I extends Readonly<Record<string, NdArray>>>(
  name: string,
  inputs: I,
  fn: (
    inputs: { readonly [K in keyof I]: tf.Tensor },
  ) => tf.Tensor | tf.Tensor[],
  { tolerance = 1e-6, gradient = "eager", gradientTolerance = 1e-5 }:
    CaseOptions = {},
): Case {
  return {
    name,
    inputs,
    fn: (tensors) => [fn(tensors as { [K in keyof I]: tf.Tensor })].flat(),
    tolerance: toleranceOf(tolerance),
    gradient,
    gradientTolerance: toleranceOf(gradientTolerance),
  };
}

function toleranceOf(tolerance: number | Tolerance): Tolerance {
  return typeof tolerance === "number"
    ? { absolute: tolerance, relative: tolerance }
    : tolerance;
}

/** No digit may differ; -0 and 0 are the same. */
export const EXACT: Tolerance = { absolute: 0, relative: 0 };

/** Standard normal values: the same for the same shape and seed. */
export function normal(
  shape: readonly number[],
  seed = 1,
): NdArray<"float32"> {
  return new Rng(seed).normals(shape);
}

/** Uniform values in `[low, high)`. */
export function uniform(
  shape: readonly number[],
  low: number,
  high: number,
  seed = 1,
): NdArray<"float32"> {
  const rng = new Rng(seed);
  return float32(
    shape,
    Array.from(
      { length: sizeOf(shape) },
      () => low + (high - low) * rng.uniform(),
    ),
  );
}

/** Float values, rank 1. */
export function floats(...values: number[]): NdArray<"float32"> {
  return float32([values.length], values);
}

/** Whole numbers, rank 1. */
export function ints(...values: number[]): NdArray<"int32"> {
  return int32([values.length], values);
}

/** Truth values, rank 1 unless told. */
export function bools(
  values: readonly number[],
  shape: readonly number[] = [values.length],
): NdArray<"bool"> {
  const array = zeros(shape, "bool");
  array.data.set(values);
  return array;
}

/** For what has no gradient in TF.js, or no float. */
export const NONE = { gradient: "none" } as const;
/** Where only the relative error counts: functions that pass through zero. */
export const RELATIVE = {
  tolerance: { absolute: 0, relative: 1e-6 },
  gradientTolerance: { absolute: 0, relative: 1e-5 },
} as const;
/** What floats can be. */
export const WILD = floats(
  -Infinity,
  -1e30,
  -2.5,
  -0,
  0,
  0.5,
  7,
  1e30,
  Infinity,
  NaN,
);
/** Numbers with NaN among them. */
export const NAN_AND_NUMBERS = floats(NaN, -1.5, 0, 2, NaN, 7);
/** Values near zero, where a formula may lose digits. */
export const TINY = floats(
  -1e-3,
  -1e-5,
  -1e-7,
  -1e-20,
  1e-20,
  1e-7,
  1e-5,
  1e-3,
);
