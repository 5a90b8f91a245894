import type { Lowerings } from "../kernel_call.ts";

/** A kernel of ours, which TF.js knows only while tracing. */
export const BARRIER = "Barrier";

/** The lowering of the kernel behind `checkpoint`. */
export const BARRIERS: Lowerings = {
  [BARRIER]: ({ builder, input }) =>
    builder.add("Barrier", [input("x"), input("after")], {}),
};
