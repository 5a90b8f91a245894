import { float32, isNdArray, leavesOf, mapTree } from "../../core/mod.ts";

/**
 * Parameters on the line between two, of which one was trained on from the
 * other: they keep much of what either does best (Wortsman et al. 2021, arXiv
 * 2109.01903).
 *
 * @param share How far from the first to the second, in [0,1].
 * @throws {TypeError} if the second lacks a parameter of the first, or has it in
 *   another shape
 */
export function parametersBetween<P>(first: P, second: P, share: number): P {
  const others = new Map(leavesOf(second, isNdArray));
  return mapTree(first, isNdArray, ({ shape, data }, path) => {
    const other = others.get(path);
    if (`${other?.shape}` !== `${shape}`) {
      throw new TypeError(
        `Cannot average parameters: "${path}" must have the shape [${shape}] ` +
          `in both: in the second it is ${
            other ? `[${other.shape}]` : "missing"
          }`,
      );
    }
    return float32(
      shape,
      Float32Array.from(data, (x, i) => x + share * (other!.data[i]! - x)),
    );
  }) as P;
}
