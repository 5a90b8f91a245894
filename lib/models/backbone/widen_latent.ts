import { type NdArray, zeros } from "../../core/mod.ts";
import { copyIntoCorner } from "../layers/mod.ts";
import type { BackboneParameters } from "./hybrid_backbone.ts";

/**
 * Fits a trained backbone to latents of more channels: it ignores the new ones,
 * predicts zero for them, and for the others the same as before.
 *
 * @example
 * ```ts
 * import { initBackbone, widenBackboneLatent } from "lib/models/backbone/mod.ts";
 * import { Rng } from "lib/core/mod.ts";
 * import { PRESETS } from "lib/recipes/presets.ts";
 * import assert from "node:assert/strict";
 *
 * const { backbone, text } = PRESETS.tiny;
 * const narrow = initBackbone(backbone, { latentChannels: 8, text }, new Rng(0));
 * const { input, output } = widenBackboneLatent(narrow, 12);
 * assert.deepEqual(input.weight.shape, [12, 48]);
 * assert.deepEqual(output.bias.shape, [12]);
 * ```
 */
export function widenBackboneLatent(
  parameters: BackboneParameters,
  latentChannels: number,
): BackboneParameters {
  const { input, output } = parameters;
  const [width] = output.weight.shape as [number, number];
  const padded = (array: NdArray, shape: readonly number[]): NdArray =>
    copyIntoCorner<NdArray>(array, zeros(shape));
  return {
    ...parameters,
    input: {
      ...input,
      weight: padded(input.weight, [latentChannels, width]),
    },
    output: {
      weight: padded(output.weight, [width, latentChannels]),
      bias: padded(output.bias, [latentChannels]),
    },
  };
}
