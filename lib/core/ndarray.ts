import { shapeText, sizeOf } from "./shape.ts";

/** Element types that models, files and devices share. */
export type DType = "float32" | "int32" | "bool";

/** The typed array that holds each element type. */
export interface DTypeArrays {
  float32: Float32Array<ArrayBuffer>;
  int32: Int32Array<ArrayBuffer>;
  bool: Uint8Array<ArrayBuffer>;
}

/** Bytes of one element. */
export const BYTES_PER_ELEMENT: Readonly<Record<DType, number>> = {
  float32: 4,
  int32: 4,
  bool: 1,
};

/**
 * A dense array in host memory: plain data, row-major. Parameters, batches and
 * results are arrays outside a traced function, and TF.js tensors inside one.
 */
export type NdArray<D extends DType = DType> = {
  [K in D]: {
    readonly dtype: K;
    readonly shape: readonly number[];
    readonly data: DTypeArrays[K];
  };
}[D];

/**
 * Allocates an array of zeros.
 *
 * The storage never lies inside V8's moving heap, as that of small typed arrays
 * made by length does, so that native code may keep its address.
 *
 * @example
 * ```ts
 * import { zeros } from "lib/core/mod.ts";
 * import assert from "node:assert/strict";
 *
 * assert.deepEqual([...zeros([2, 2]).data], [0, 0, 0, 0]);
 * ```
 */
export function zeros(shape: readonly number[]): NdArray<"float32">;
export function zeros<D extends DType>(
  shape: readonly number[],
  dtype: D,
): NdArray<D>;
export function zeros(
  shape: readonly number[],
  dtype: DType = "float32",
): NdArray {
  const size = sizeOf(shape);
  const buffer = new ArrayBuffer(size * BYTES_PER_ELEMENT[dtype]);
  switch (dtype) {
    case "float32":
      return { dtype, shape, data: new Float32Array(buffer) };
    case "int32":
      return { dtype, shape, data: new Int32Array(buffer) };
    case "bool":
      return { dtype, shape, data: new Uint8Array(buffer) };
  }
}

/**
 * Makes a float32 array from values, copying them.
 *
 * @throws {TypeError} if there are not exactly as many values as the shape asks for
 *
 * @example
 * ```ts
 * import { float32 } from "lib/core/mod.ts";
 * import assert from "node:assert/strict";
 *
 * assert.equal(float32([2], [1, 2]).data[1], 2);
 * ```
 */
export function float32(
  shape: readonly number[],
  values: ArrayLike<number>,
): NdArray<"float32"> {
  return filled(zeros(shape), values);
}

/**
 * Makes an int32 array from values, copying them.
 *
 * @throws {TypeError} if there are not exactly as many values as the shape asks for
 */
export function int32(
  shape: readonly number[],
  values: ArrayLike<number>,
): NdArray<"int32"> {
  return filled(zeros(shape, "int32"), values);
}

/** Makes a float32 array of rank 0. */
export function scalar(value: number): NdArray<"float32"> {
  return float32([], [value]);
}

/** Copies an array, storage included. */
export function copyOf<A extends NdArray>(array: A): A {
  return { ...array, data: array.data.slice() };
}

function filled<A extends NdArray>(array: A, values: ArrayLike<number>): A {
  if (values.length !== array.data.length) {
    throw new TypeError(
      `Cannot fill an array of shape ${shapeText(array.shape)}: ` +
        `it needs ${array.data.length} values: current count is ${values.length}`,
    );
  }
  array.data.set(values);
  return array;
}

/** Whether a value is an array of ours: the leaf of a tree of parameters. */
export function isNdArray(value: unknown): value is NdArray {
  return typeof value === "object" && value !== null && "dtype" in value &&
    "shape" in value && "data" in value && ArrayBuffer.isView(value.data);
}
