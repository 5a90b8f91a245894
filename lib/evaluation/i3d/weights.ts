import { float32, type NdArray } from "../../core/mod.ts";
import { channelsLast, type OpenFile, tensorReader } from "../_pytorch_file.ts";
import {
  type ConvolutionParameters,
  convolutionShapes,
  loadWeights,
  saveWeights,
  type WeightsFile,
} from "../_weights_file.ts";
import { I3D_HEAD, I3D_LOGITS, I3D_POOLED, I3D_UNITS } from "./architecture.ts";
import type { I3dParameters } from "./network.ts";

/** Version of the file. */
const SCHEMA = "i3d 1";

/** Added to a variance before its root is taken, in the public port. */
const EPSILON = 1e-3;

/** Parts of a batch norm. */
const NORM = ["weight", "bias", "running_mean", "running_var"] as const;

/** Every tensor of the public file, with its shape. */
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
 * Converts the public PyTorch port of I3D: layouts to ours, each batch norm
 * folded into its convolution.
 *
 * @throws {InputError} if a tensor is missing, has another shape, is not known
 *   or holds a value that is not finite
 */
export function i3dFromPytorch(file: OpenFile): I3dParameters {
  const read = tensorReader(file, "I3D", i3dTensors(), /num_batches_tracked$/);
  const parameters: Record<string, ConvolutionParameters> = {};
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

/**
 * Writes converted weights as one safetensors file.
 *
 * @param source SHA-256 of the PyTorch file that they come from.
 */
export async function saveI3d(
  path: string,
  parameters: I3dParameters,
  source: string,
): Promise<void> {
  await saveWeights(path, parameters, { schema: SCHEMA, source });
}

/**
 * Reads converted weights.
 *
 * @throws {InputError} if the file is missing, damaged or not I3D
 */
export async function loadI3d(
  path: string,
): Promise<WeightsFile<I3dParameters>> {
  return await loadWeights(path, {
    schema: SCHEMA,
    fix: "convert the public file with deno task weights import i3d FILE",
    form: () =>
      convolutionShapes([
        ...I3D_UNITS,
        { name: I3D_HEAD, from: I3D_POOLED, to: I3D_LOGITS, window: 1 },
      ], 3),
  });
}
