import { float32, type NdArray } from "../../core/mod.ts";

/** A sum of arrays of one shape, each times a factor. */
export function combined(
  ...terms: readonly (readonly [factor: number, array: NdArray<"float32">])[]
): NdArray<"float32"> {
  const { shape, data } = terms[0]![1];
  const sum = new Float64Array(data.length);
  for (const [factor, array] of terms) {
    for (let i = 0; i < sum.length; i++) sum[i]! += factor * array.data[i]!;
  }
  return float32(shape, Float32Array.from(sum));
}
