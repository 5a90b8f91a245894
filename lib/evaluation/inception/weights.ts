import { float32, InputError, sameShape, shapeText } from "../../core/mod.ts";
import type { NdArray } from "../../core/mod.ts";
import {
  type ConvolutionParameters,
  loadWeights,
  type NamedShape,
  saveWeights,
  type WeightsFile,
} from "../_weights_file.ts";
import { INCEPTION_UNITS } from "./architecture.ts";
import type { InceptionParameters } from "./network.ts";

/** Version of the file. */
const SCHEMA = "inception 1";

/** Added to a variance before its root is taken, in Keras. */
const EPSILON = 1e-3;

/**
 * Converts the weights of Keras' InceptionV3: each batch norm is folded into
 * its convolution.
 *
 * @param tensorOf Tensors by Keras' names: `conv2d_7/kernel`.
 * @param source Name of the weights, for messages.
 * @throws {InputError} if a tensor is missing or has another shape
 */
export function inceptionFromKeras(
  tensorOf: (name: string) => NdArray | undefined,
  source: string,
): InceptionParameters {
  const read = (name: string, shape: readonly number[]): NdArray => {
    const tensor = tensorOf(name);
    if (tensor && sameShape(tensor.shape, shape)) return tensor;
    throw new InputError(
      `Cannot use "${source}" as InceptionV3: tensor "${name}" must have ` +
        `shape ${shapeText(shape)}: ${
          tensor ? `it has ${shapeText(tensor.shape)}` : "it is missing"
        }; run deno install`,
    );
  };
  const parameters: Record<string, ConvolutionParameters> = {};
  for (const { name, from, to, window } of INCEPTION_UNITS) {
    const kernel = read(`${name}/kernel`, [...window, from, to]);
    const norm = name.replace("conv2d", "batch_normalization");
    const [shift, mean, variance] = ["beta", "moving_mean", "moving_variance"]
      .map((part) => read(`${norm}/${part}`, [to]).data) as [
        NdArray["data"],
        NdArray["data"],
        NdArray["data"],
      ];
    const factors = Array.from(variance, (v) => 1 / Math.sqrt(v + EPSILON));
    parameters[name] = {
      weight: float32(
        kernel.shape,
        Float32Array.from(kernel.data, (w, i) => w * factors[i % to]!),
      ),
      bias: float32(
        [to],
        Float32Array.from(shift, (b, i) => b - mean[i]! * factors[i]!),
      ),
    };
  }
  return parameters;
}

/**
 * Writes converted weights as one safetensors file.
 *
 * @param source SHA-256 of the quantised weights that they come from.
 */
export async function saveInception(
  path: string,
  parameters: InceptionParameters,
  source: string,
): Promise<void> {
  await saveWeights(path, parameters, { schema: SCHEMA, source });
}

/**
 * Reads converted weights.
 *
 * @throws {InputError} if the file is missing, damaged or not InceptionV3
 */
export async function loadInception(
  path: string,
): Promise<WeightsFile<InceptionParameters>> {
  return await loadWeights(path, {
    schema: SCHEMA,
    fix: "run deno task weights convert inception",
    form: () =>
      INCEPTION_UNITS.flatMap(({ name, from, to, window }): NamedShape[] => [
        [`${name}/weight`, [...window, from, to]],
        [`${name}/bias`, [to]],
      ]),
  });
}
