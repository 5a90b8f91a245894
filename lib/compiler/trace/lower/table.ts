import type { Lowerings } from "../kernel_call.ts";
import { ACTIVATION } from "./activation.ts";
import { BARRIERS } from "./barrier.ts";
import { BLOCKS } from "./blocks.ts";
import { CONVOLUTION } from "./convolution.ts";
import { CREATION } from "./creation.ts";
import { CUMULATIVE } from "./cumulative.ts";
import { DIVISION } from "./division.ts";
import { EINSUM } from "./einsum.ts";
import { ELEMENTWISE } from "./elementwise.ts";
import { FUSED } from "./fused.ts";
import { INDEXING } from "./indexing.ts";
import { MATMUL } from "./matmul.ts";
import { MOVEMENT } from "./movement.ts";
import { POOLING } from "./pooling.ts";
import { REDUCE } from "./reduce.ts";
import { RESIZE } from "./resize.ts";

/** Every TF.js kernel that the compiler knows. */
export const LOWERINGS: Lowerings = {
  ...ACTIVATION,
  ...BARRIERS,
  ...BLOCKS,
  ...CONVOLUTION,
  ...CREATION,
  ...CUMULATIVE,
  ...DIVISION,
  ...EINSUM,
  ...ELEMENTWISE,
  ...FUSED,
  ...INDEXING,
  ...MATMUL,
  ...MOVEMENT,
  ...POOLING,
  ...REDUCE,
  ...RESIZE,
};
