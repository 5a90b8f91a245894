import { float32, type NdArray } from "../../core/mod.ts";
import type { StateDict } from "../../formats/pytorch/mod.ts";
import {
  channelsLast,
  expectFinite,
  expectTensors,
} from "../_expect_tensors.ts";
import { I3D_HEAD, I3D_LOGITS, I3D_POOLED, I3D_UNITS } from "./architecture.ts";
import type { I3dParameters, I3dUnitParameters } from "./network.ts";

/** Added to a variance before its root is taken, in the public port. */
const EPSILON = 1e-3;

/** Parts of a batch norm. */
const NORM = ["weight", "bias", "running_mean", "running_var"] as const;

/**
 * Every tensor of the public file, with its shape.
 *
 * @example
 * ```ts
 * import { i3dTensors } from "lib/evaluation/mod.ts";
 * import assert from "node:assert/strict";
 *
 * assert.deepEqual(i3dTensors().get("Conv3d_1a_7x7.conv3d.weight"), [64, 3, 7, 7, 7]);
 * ```
 */
export function i3dTensors(): Map<string, readonly number[]> {
  const tensors = new Map<string, readonly number[]>();
  for (const { name, from, to, window } of I3D_UNITS) {
    tensors.set(`${name}.conv3d.weight`, [to, from, window, window, window]);
    for (const part of NORM) tensors.set(`${name}.bn.${part}`, [to]);
  }
  tensors.set(`${I3D_HEAD}.conv3d.weight`, [I3D_LOGITS, I3D_POOLED, 1, 1, 1]);
  tensors.set(`${I3D_HEAD}.conv3d.bias`, [I3D_LOGITS]);
  return tensors;
}

/**
 * Converts the state dictionary of the public PyTorch port of I3D: layouts to
 * ours, each batch norm folded into its convolution.
 *
 * @param path Where it came from, for messages.
 * @throws {InputError} if a tensor is missing, has another shape, is not known
 *   or holds what is not finite
 */
export function i3dFromPytorch(
  { tensors }: StateDict,
  path: string,
): I3dParameters {
  expectTensors(path, "I3D", tensors, i3dTensors(), /num_batches_tracked$/);
  const read = (name: string): NdArray => {
    const array = tensors.get(name)!.read();
    expectFinite(path, name, array);
    return array;
  };
  const parameters: Record<string, I3dUnitParameters> = {};
  for (const { name } of I3D_UNITS) {
    const [scale, shift, mean, variance] = NORM.map((part) =>
      read(`${name}.bn.${part}`)
    ) as [NdArray, NdArray, NdArray, NdArray];
    const weight = channelsLast(read(`${name}.conv3d.weight`));
    const factors = variance.data.map((v, i) =>
      scale.data[i]! / Math.sqrt(v + EPSILON)
    );
    const bias = shift.data.map((b, i) => b - mean.data[i]! * factors[i]!);
    weight.data.forEach((w, i) =>
      weight.data[i] = w * factors[i % factors.length]!
    );
    parameters[name] = { weight, bias: float32([bias.length], bias) };
  }
  parameters[I3D_HEAD] = {
    weight: channelsLast(read(`${I3D_HEAD}.conv3d.weight`)),
    bias: read(`${I3D_HEAD}.conv3d.bias`),
  };
  return parameters;
}
