import { float32, type NdArray, sizeOf } from "lib/core/mod.ts";

/**
 * Numbers in [-1,1) that depend on a name alone: `planned()` of
 * make_reference.py makes the same ones.
 */
export function planned(name: string, count: number): Float64Array {
  let seed = 0x811c9dc5;
  for (const byte of new TextEncoder().encode(name)) {
    seed = Math.imul(seed ^ byte, 0x01000193);
  }
  const start = Math.imul(seed, 0x9e3779b9);
  return Float64Array.from({ length: count }, (_, i) => {
    let x = (start + i) | 0;
    x = Math.imul(x ^ (x >>> 16), 0x85ebca6b);
    x = Math.imul(x ^ (x >>> 13), 0xc2b2ae35);
    return ((x ^ (x >>> 16)) >>> 0) / 2 ** 31 - 1;
  });
}

/** The same as an array: `spread` times the numbers, around a centre. */
export function plannedArray(
  name: string,
  shape: readonly number[],
  spread = 1,
  centre = 0,
): NdArray<"float32"> {
  const values = planned(name, sizeOf(shape));
  return float32(shape, values.map((x) => centre + spread * x));
}

/** Weights of a convolution in PyTorch's layout, `[out,in,...window]`. */
export function plannedConvolution(
  name: string,
  shape: readonly number[],
): NdArray<"float32"> {
  return plannedArray(name, shape, Math.sqrt(6 / sizeOf(shape.slice(1))));
}

/** Reads one of the reference files. */
export function referencePath(name: string): string {
  return new URL(`reference/${name}`, import.meta.url).pathname;
}
