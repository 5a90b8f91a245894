import type { GraphBuilder } from "../ir/builder.ts";
import type { Node } from "../ir/graph.ts";
import type { Target } from "./target.ts";
import { UnsupportedOpError } from "./unsupported_op_error.ts";

/** One call of a TF.js kernel while tracing, with nodes in place of tensors. */
export interface KernelCall {
  readonly kernel: string;
  readonly builder: GraphBuilder;
  /** What the graph is made for. */
  readonly target: Target;
  /** The inputs in the order in which TF.js lists them. */
  readonly inputs: readonly Node[];
  /** One input by the name that TF.js gives it. */
  input(name: string): Node;
  /** Whether an input that may be left out is there. */
  has(name: string): boolean;
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
