import type { Lowerings } from "../kernel_call.ts";

/** Lowerings of matrix products. */
export const MATMUL: Lowerings = {
  BatchMatMul: ({ builder, input, attributes }) =>
    builder.add("MatMul", [input("a"), input("b")], {
      transposeA: attributes.transposeA ?? false,
      transposeB: attributes.transposeB ?? false,
    }),
};
