import type { Lowerings } from "../kernel_call.ts";
import { ACTIVATION } from "./activation.ts";
import { BARRIERS } from "./barrier.ts";
import { CONVOLUTION } from "./convolution.ts";
import { DIVISION } from "./division.ts";
import { ELEMENTWISE } from "./elementwise.ts";
import { MATMUL } from "./matmul.ts";
import { MOVEMENT } from "./movement.ts";
import { POOLING } from "./pooling.ts";
import { REDUCE } from "./reduce.ts";

/** Every TF.js kernel that the compiler knows. */
export const LOWERINGS: Lowerings = {
  ...ACTIVATION,
  ...BARRIERS,
  ...CONVOLUTION,
  ...DIVISION,
  ...ELEMENTWISE,
  ...MATMUL,
  ...MOVEMENT,
  ...POOLING,
  ...REDUCE,
};
