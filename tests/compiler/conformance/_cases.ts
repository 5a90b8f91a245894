import type { Case } from "./_case.ts";
import { ACTIVATION_CASES } from "./_activation.ts";
import { ARITHMETIC_CASES } from "./_arithmetic.ts";
import { COMPARISON_CASES } from "./_comparison.ts";
import { CUMULATIVE_CASES } from "./_cumulative.ts";
import { EINSUM_CASES } from "./_einsum.ts";
import { FUSED_CASES } from "./_fused.ts";
import { RESIZE_CASES } from "./_resize.ts";
import { UNARY_CASES } from "./_unary.ts";
import { COMPOSITE_CASES } from "./_composite.ts";
import { CONVOLUTION_CASES } from "./_convolution.ts";
import { INDEXING_CASES } from "./_indexing.ts";
import { MATMUL_CASES } from "./_matmul.ts";
import { MOVEMENT_CASES } from "./_movement.ts";
import { POOLING_CASES } from "./_pooling.ts";
import { REDUCE_CASES } from "./_reduce.ts";

/** Every case of the table. */
export const CASES: readonly Case[] = [
  ...UNARY_CASES,
  ...ACTIVATION_CASES,
  ...ARITHMETIC_CASES,
  ...COMPARISON_CASES,
  ...REDUCE_CASES,
  ...CUMULATIVE_CASES,
  ...MATMUL_CASES,
  ...EINSUM_CASES,
  ...FUSED_CASES,
  ...CONVOLUTION_CASES,
  ...POOLING_CASES,
  ...MOVEMENT_CASES,
  ...RESIZE_CASES,
  ...INDEXING_CASES,
  ...COMPOSITE_CASES,
];
