import { type NdArray, zeros } from "../../core/mod.ts";
import { copyIntoCorner } from "../layers/mod.ts";
import type { BackboneParameters } from "./hybrid_backbone.ts";

/**
 * Fits a trained backbone to latents of more channels: it ignores the new ones,
 * predicts zero for them, and for the others the same as before.
 *
 * @param patch Rows and columns of cells that a token folds.
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
  patch = 1,
): BackboneParameters {
  const { cells, logVariance } = parameters;
  return {
    ...parameters,
    ...(logVariance && {
      logVariance: copyIntoCorner<NdArray>(
        logVariance,
        zeros([latentChannels]),
      ),
    }),
    ...(cells
      ? { cells: { ...cells, ...widened(cells, latentChannels, 1) } }
      : widened(parameters, latentChannels, patch ** 2)),
  };
}

/** Layers from latent channels and to them, of `count` cells side by side. */
function widened(
  { input, output }: Pick<BackboneParameters, "input" | "output">,
  latentChannels: number,
  count: number,
): Pick<BackboneParameters, "input" | "output"> {
  const [width] = output.weight.shape as [number, number];
  const padded = (
    array: NdArray,
    before: readonly number[],
    after: readonly number[],
  ): NdArray => {
    const channels = array.data.length /
      [...before, ...after].reduce((product, size) => product * size, 1);
    const wide = copyIntoCorner<NdArray>(
      { ...array, shape: [...before, channels, ...after] },
      zeros([...before, latentChannels, ...after]),
    );
    return {
      ...wide,
      shape: [
        ...before.slice(0, -1),
        count * latentChannels,
        ...after,
      ],
    };
  };
  return {
    input: { ...input, weight: padded(input.weight, [count], [width]) },
    output: {
      weight: padded(output.weight, [width, count], []),
      bias: padded(output.bias, [count], []),
    },
  };
}
