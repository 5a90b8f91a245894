import type { GraphBuilder } from "../ir/builder.ts";
import type { Node } from "../ir/graph.ts";
import { UnsupportedOpError } from "./unsupported_op_error.ts";

/** One call of a TF.js kernel while tracing, with nodes in place of tensors. */
export interface KernelCall {
  readonly kernel: string;
  readonly builder: GraphBuilder;
  /** The inputs in the order in which TF.js lists them. */
  readonly inputs: readonly Node[];
  /** One input by the name that TF.js gives it. */
  input(name: string): Node;
  /** Attributes as the kernel's interface in tfjs-core declares them. */
  // deno-lint-ignore no-explicit-any -- each lowering knows its kernel's attributes
  readonly attributes: any;
}

/** Turns one kernel call into nodes: the result, or the results in order. */
export type Lowering = (call: KernelCall) => Node | readonly Node[];

/** Lowerings by kernel name. */
export type Lowerings = Readonly<Record<string, Lowering>>;

/** Throws an {@link UnsupportedOpError} unless the rule holds. */
export function require(
  call: KernelCall,
  holds: boolean,
  rule: string,
): asserts holds {
  if (!holds) throw new UnsupportedOpError(call.kernel, rule);
}
