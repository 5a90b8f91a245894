import { type DType, sizeOf, zeros } from "../../../core/mod.ts";
import type { Node } from "../../ir/graph.ts";
import type { KernelCall, Lowering, Lowerings } from "../kernel_call.ts";

/** Values a step apart, each added up from the one before it, as in TF.js. */
function series(
  { builder }: KernelCall,
  start: number,
  step: number,
  count: number,
  dtype: DType,
): Node {
  const { data } = zeros([count], dtype);
  for (let i = 0; i < count; i++) {
    data[i] = i === 0 ? start : data[i - 1]! + step;
  }
  return builder.constant(data, dtype, [count]);
}

const range: Lowering = (call) => {
  const { start, stop, step: given, dtype } = call.attributes;
  const step = stop < start && given === 1 ? -1 : given;
  const count = Math.max(0, Math.ceil((stop - start) / step));
  return series(call, start, step, count, dtype);
};

const linSpace: Lowering = (call) => {
  const { start, stop, num } = call.attributes;
  return series(call, start, (stop - start) / (num - 1), num, "float32");
};

const diag: Lowering = ({ builder, input }) => {
  const x = input("x");
  const { shape, dtype } = x.type;
  const size = sizeOf(shape);
  const eye = new Uint8Array(size * size);
  for (let i = 0; i < size; i++) eye[i * (size + 1)] = 1;
  const matrix = builder.where(
    builder.constant(eye, "bool", [size, size]),
    builder.reshape(x, [1, size]),
    builder.fill(0, dtype),
  );
  return builder.reshape(matrix, [...shape, ...shape]);
};

const filledLike = (value: number): Lowering => ({ builder, input }) => {
  const { dtype, shape } = input("x").type;
  return builder.fill(value, dtype, shape);
};

/** Lowerings of the kernels that create values. */
export const CREATION: Lowerings = {
  Diag: diag,
  Fill: ({ builder, attributes }) =>
    builder.fill(
      attributes.value,
      attributes.dtype ?? "float32",
      attributes.shape,
    ),
  LinSpace: linSpace,
  OnesLike: filledLike(1),
  Range: range,
  ZerosLike: filledLike(0),
};
