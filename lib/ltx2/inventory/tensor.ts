import { sizeOf } from "../../core/mod.ts";

/** A tensor of a model. */
export interface TensorSpec {
  /** As in the published files, without the prefix of its component. */
  readonly name: string;
  readonly shape: readonly number[];
  /** A stored constant, not a parameter: files may leave it out. */
  readonly constant?: true;
}

/** Parameters of tensors, constants left out. */
export function parametersOf(tensors: readonly TensorSpec[]): number {
  return tensors.reduce(
    (sum, { shape, constant }) => constant ? sum : sum + sizeOf(shape),
    0,
  );
}

/** A linear layer with bias: `[out,in]` and `[out]`. */
export function linear(name: string, from: number, to: number): TensorSpec[] {
  return [
    { name: `${name}.weight`, shape: [to, from] },
    { name: `${name}.bias`, shape: [to] },
  ];
}

/** A convolution with bias: `[out,in,...kernel]` and `[out]`. */
export function convolution(
  name: string,
  from: number,
  to: number,
  kernel: readonly number[] = [3, 3, 3],
): TensorSpec[] {
  return [
    { name: `${name}.weight`, shape: [to, from, ...kernel] },
    { name: `${name}.bias`, shape: [to] },
  ];
}

/** Puts a prefix and a dot before every name. */
export function withPrefix(
  prefix: string,
  tensors: readonly TensorSpec[],
): TensorSpec[] {
  return tensors.map((tensor) => ({
    ...tensor,
    name: `${prefix}.${tensor.name}`,
  }));
}
