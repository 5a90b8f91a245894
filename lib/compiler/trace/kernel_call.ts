import type { GraphBuilder } from "../ir/builder.ts";
import type { Node } from "../ir/graph.ts";

/** Capabilities of a device that lowering depends on. */
export interface Target {
  /**
   * Channels that its blocked convolutions take together, as many as fill a
   * vector register; absent where it has none.
   */
  readonly channelBlock?: number;
  /**
   * Most bytes for the patches of a convolution, laid out in rows for a matrix
   * product (im2col); absent where the device convolves videos faster than that.
   */
  readonly patchBytes?: number;
}

/** Graphs for it run on every device. */
export const ANY_TARGET: Target = {};

/** One call of a TF.js kernel while tracing, with nodes in place of tensors. */
export interface KernelCall {
  readonly kernel: string;
  readonly builder: GraphBuilder;
  readonly target: Target;
  /** The inputs in the order in which TF.js lists them. */
  readonly inputs: readonly Node[];
  /** One input by the name that TF.js gives it. */
  input(name: string): Node;
  /** Whether an optional input is present. */
  has(name: string): boolean;
  /** Attributes as the kernel's interface in tfjs-core declares them. */
  // deno-lint-ignore no-explicit-any -- each lowering has the attributes of its own kernel
  readonly attributes: any;
}

/** Turns one kernel call into nodes: the result, or the results in order. */
export type Lowering = (call: KernelCall) => Node | readonly Node[];

/** Lowerings by kernel name. */
export type Lowerings = Readonly<Record<string, Lowering>>;

/**
 * A TF.js operation without an exact form in the compiler. Thrown while
 * tracing, so that nothing is ever computed approximately or elsewhere.
 */
export class UnsupportedOpError extends Error {
  override readonly name = "UnsupportedOpError";

  /**
   * @param kernel The TF.js kernel, such as `Conv3D`.
   * @param rule The condition and the value found.
   */
  constructor(readonly kernel: string, rule: string) {
    super(`Cannot lower ${kernel}: ${rule}`);
  }
}

/** Throws an {@link UnsupportedOpError} unless the rule holds. */
export function require(
  call: KernelCall,
  holds: boolean,
  rule: string,
): asserts holds {
  if (!holds) throw new UnsupportedOpError(call.kernel, rule);
}
