import * as tf from "@tensorflow/tfjs-core";
import { trace } from "../../compiler/mod.ts";
import { emitOnnx } from "../../compiler/onnx/emit.ts";
import { optimise } from "../../compiler/passes/pipeline.ts";
import { isNdArray, leavesOf } from "../../core/mod.ts";
import type { OnnxGraph, OnnxTensor } from "../../formats/onnx/mod.ts";
import type { Tensors } from "../../models/layers/mod.ts";
import { tokenAngles } from "../../models/backbone/mod.ts";
import type { VaeWeights } from "../../pipeline/mod.ts";
import type { GridSize } from "../../models/vae/mod.ts";
import {
  clipTokens,
  headWidthOf,
  type ModelConfig,
  type ModelFunction,
} from "../../models/text_to_video/mod.ts";

const PARAMETERS = "parameters/";
const INPUTS = "inputs/";

/**
 * A function of a model as an ONNX graph with its parameters inside. The paths
 * of its arguments become the names of the inputs, such as `text/tokens`, and
 * those of its parameters the names of the weights.
 *
 * @param name The graph's name in the file.
 * @param parameters A tree of arrays.
 * @param metadata Texts for the file.
 *
 * @example
 * ```ts
 * import { onnxModel } from "lib/recipes/export/onnx_model.ts";
 * import { initModel, modelFunctions } from "lib/models/text_to_video/mod.ts";
 * import { Rng } from "lib/core/mod.ts";
 * import { PRESETS } from "lib/recipes/presets.ts";
 * import assert from "node:assert/strict";
 *
 * const clip = { frames: 4, height: 16, width: 16 };
 * const { vaeDecoder } = modelFunctions(PRESETS.tiny, clip, 1);
 * const vae = initModel("vae", PRESETS.tiny, new Rng(1));
 * const { inputs, outputs } = onnxModel("decoder", vaeDecoder, vae, {});
 * assert.deepEqual([inputs[0]?.name, outputs[0]?.name], ["latent", "clip"]);
 * ```
 */
export function onnxModel(
  name: string,
  { inputs, call }: Pick<ModelFunction, "inputs" | "call">,
  parameters: unknown,
  metadata: Readonly<Record<string, string>>,
): OnnxGraph {
  const graph = emitOnnx(
    optimise(trace(
      (given: { readonly parameters: unknown; readonly inputs: unknown }) =>
        call(given.parameters as never, given.inputs as never),
      { parameters, inputs },
    )),
    name,
  );
  const weights = leavesOf(parameters, isNdArray).map(
    ([path, { dtype, shape, data }]): OnnxTensor => ({
      name: PARAMETERS + path,
      dtype,
      shape,
      bytes: new Uint8Array(data.buffer, data.byteOffset, data.byteLength),
    }),
  );
  const publicName = (text: string): string => {
    const prefix = [INPUTS, PARAMETERS].find((one) => text.startsWith(one));
    return prefix === undefined ? text : text.slice(prefix.length);
  };
  // What the graph does not read stays out, such as one half of the VAE.
  const read = new Set(graph.nodes.flatMap((node) => node.inputs));
  return {
    ...graph,
    nodes: graph.nodes.map((node) => ({
      ...node,
      inputs: node.inputs.map(publicName),
    })),
    initializers: [
      ...graph.initializers,
      ...weights.filter((tensor) => read.has(tensor.name))
        .map((tensor) => ({ ...tensor, name: publicName(tensor.name) })),
    ],
    inputs: graph.inputs
      .filter((input) => input.name.startsWith(INPUTS))
      .map((input) => ({ ...input, name: publicName(input.name) })),
    metadata,
  };
}

/**
 * A backbone's step that is told the frame rate in place of the angles of its
 * tokens, so that programs without the code of this one can take it.
 *
 * @example
 * ```ts
 * import { timedBackbone } from "lib/recipes/export/onnx_model.ts";
 * import { modelFunctions } from "lib/models/text_to_video/mod.ts";
 * import { PRESETS } from "lib/recipes/presets.ts";
 * import assert from "node:assert/strict";
 *
 * const clip = { frames: 4, height: 16, width: 16 };
 * const { backbone } = modelFunctions(PRESETS.tiny, clip, 1);
 * const { inputs } = timedBackbone(backbone, PRESETS.tiny, clip);
 * assert.deepEqual(Object.keys(inputs), ["latent", "sigma", "text", "words", "fps"]);
 * ```
 */
export function timedBackbone(
  backbone: ModelFunction,
  config: ModelConfig,
  clip: GridSize,
): Pick<ModelFunction, "inputs" | "call"> {
  const { positions: _, ...inputs } = backbone.inputs;
  const headWidth = headWidthOf(config.backbone);
  const { grid, stride } = clipTokens(config, clip);
  const angles = tokenAngles(grid, stride, headWidth);
  const rows = (values: Float64Array): tf.Tensor =>
    tf.tensor2d(Float32Array.from(values), [
      values.length / (headWidth / 2),
      headWidth / 2,
    ]);
  return {
    inputs: { ...inputs, fps: { dtype: "float32", shape: [1] } },
    call(parameters: never, { fps, ...given }: { readonly fps: tf.Tensor }) {
      const turns = tf.add(rows(angles.space), tf.div(rows(angles.time), fps));
      return backbone.call(parameters, {
        ...given,
        positions: { cos: tf.cos(turns), sin: tf.sin(turns) },
      } as never);
    },
  };
}

/**
 * A VAE's decoder as the backbone needs it: from latents of variance one.
 *
 * @example
 * ```ts
 * import { normalisedDecoder } from "lib/recipes/export/onnx_model.ts";
 * import { modelFunctions } from "lib/models/text_to_video/mod.ts";
 * import { PRESETS } from "lib/recipes/presets.ts";
 * import assert from "node:assert/strict";
 *
 * const clip = { frames: 4, height: 16, width: 16 };
 * const { vaeDecoder } = modelFunctions(PRESETS.tiny, clip, 1);
 * assert.deepEqual(normalisedDecoder(vaeDecoder).inputs, vaeDecoder.inputs);
 * ```
 */
export function normalisedDecoder(
  decoder: ModelFunction,
): Pick<ModelFunction, "inputs" | "call"> {
  return {
    inputs: decoder.inputs,
    call: (
      { parameters, statistics }: Tensors<VaeWeights>,
      { latent }: { readonly latent: tf.Tensor },
    ) =>
      decoder.call(parameters as never, {
        latent: tf.add(
          tf.mul(latent, statistics.std),
          statistics.mean,
        ),
      } as never),
  };
}

/**
 * A VAE's encoder as the backbone was trained with it: to latents of variance
 * one, the means of the posterior.
 *
 * @example
 * ```ts
 * import { normalisedEncoder } from "lib/recipes/export/onnx_model.ts";
 * import { modelFunctions } from "lib/models/text_to_video/mod.ts";
 * import { PRESETS } from "lib/recipes/presets.ts";
 * import assert from "node:assert/strict";
 *
 * const clip = { frames: 4, height: 16, width: 16 };
 * const { vaeEncoder } = modelFunctions(PRESETS.tiny, clip, 1);
 * assert.deepEqual(Object.keys(normalisedEncoder(vaeEncoder).inputs), ["clip"]);
 * ```
 */
export function normalisedEncoder(
  encoder: ModelFunction,
): Pick<ModelFunction, "inputs" | "call"> {
  return {
    inputs: encoder.inputs,
    call({ parameters, statistics }: Tensors<VaeWeights>, inputs: never) {
      const { mean } = encoder.call(parameters as never, inputs) as {
        readonly mean: tf.Tensor;
      };
      return { latent: tf.div(tf.sub(mean, statistics.mean), statistics.std) };
    },
  };
}

/** A function of one model over a tree that holds its parameters under a name. */
export function underName(
  name: string,
  { inputs, call }: Pick<ModelFunction, "inputs" | "call">,
): Pick<ModelFunction, "inputs" | "call"> {
  return {
    inputs,
    call: (parameters: Readonly<Record<string, never>>, inputs: never) =>
      call(parameters[name]!, inputs),
  };
}
