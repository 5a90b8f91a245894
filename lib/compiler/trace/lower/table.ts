import type { Lowerings } from "../kernel_call.ts";
import { ACTIVATION } from "./activation.ts";
import { BLOCKS } from "./blocks.ts";
import { CONVOLUTION } from "./convolution.ts";
import { CREATION } from "./creation.ts";
import { CUMULATIVE } from "./cumulative.ts";
import { DIVISION } from "./division.ts";
import { ELEMENTWISE } from "./elementwise.ts";
import { FUSED } from "./fused.ts";
import { INDEXING } from "./indexing.ts";
import { MOVEMENT } from "./movement.ts";
import { POOLING } from "./pooling.ts";
import { PRODUCTS } from "./product.ts";
import { REDUCE } from "./reduce.ts";
import { RESIZE } from "./resize.ts";

/** The kernel behind gradient checkpointing: ours, registered with TF.js for tracing alone. */
export const BARRIER = "Barrier";

/** Every TF.js kernel that has a lowering. */
export const LOWERINGS: Lowerings = {
  [BARRIER]: ({ builder, input }) =>
    builder.op("Barrier", [input("x"), input("after")], {}),
  ...ACTIVATION,
  ...BLOCKS,
  ...CONVOLUTION,
  ...CREATION,
  ...CUMULATIVE,
  ...DIVISION,
  ...ELEMENTWISE,
  ...FUSED,
  ...INDEXING,
  ...MOVEMENT,
  ...POOLING,
  ...PRODUCTS,
  ...REDUCE,
  ...RESIZE,
};
