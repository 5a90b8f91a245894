import { type DType, sameShape, shapeText } from "../../core/mod.ts";
import type { TensorType } from "../ir/graph.ts";

/** Prints a type in messages and dumps: `float32[2,3]`. */
export function typeText(type: TensorType): string {
  return type.dtype + shapeText(type.shape);
}

/** Whether two types have the same element type and shape. */
export function sameType(a: TensorType, b: TensorType): boolean {
  return a.dtype === b.dtype && sameShape(a.shape, b.shape);
}

/** Inputs or attributes for which an operation is undefined. */
export class OpTypeError extends TypeError {
  override readonly name = "OpTypeError";
}

/** Throws an {@link OpTypeError} unless the rule holds. */
export function expect(
  holds: boolean,
  rule: string,
  current: readonly TensorType[],
): asserts holds {
  if (!holds) {
    throw new OpTypeError(
      `${rule}: current inputs are (${current.map(typeText).join(", ")})`,
    );
  }
}

/** Throws an {@link OpTypeError} unless the inputs have these element types, one for each. */
export function expectInputs(
  inputs: readonly TensorType[],
  dtypes: readonly (DType | "any" | "number")[],
): void {
  const fits = inputs.length === dtypes.length &&
    inputs.every(({ dtype }, i) =>
      dtypes[i] === "any" || dtypes[i] === dtype ||
      (dtypes[i] === "number" && dtype !== "bool")
    );
  expect(fits, `inputs must be (${dtypes.join(", ")})`, inputs);
}

/**
 * The shape that shapes broadcast to, aligned at their last axes.
 *
 * @throws {OpTypeError} if two sizes differ and neither is 1
 */
export function broadcast(inputs: readonly TensorType[]): number[] {
  const rank = Math.max(...inputs.map(({ shape }) => shape.length));
  return Array.from({ length: rank }, (_, axis) => {
    const sizes = inputs.map(({ shape }) =>
      shape[axis - rank + shape.length] ?? 1
    );
    const size = sizes.find((size) => size !== 1) ?? 1;
    expect(
      sizes.every((other) => other === 1 || other === size),
      "shapes must broadcast",
      inputs,
    );
    return size;
  });
}

/** Throws an {@link OpTypeError} unless the axis lies in `[0, rank)`. */
export function expectAxis(input: TensorType, axis: number): void {
  expect(
    Number.isInteger(axis) && axis >= 0 && axis < input.shape.length,
    `axis must be in [0, ${input.shape.length}): current axis is ${axis}`,
    [input],
  );
}
